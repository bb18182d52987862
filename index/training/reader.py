"""`python -m index.training.reader --data DIR --out DIR [--resume]`: train the reader.

A step's random choices depend on its number alone. Every few minutes the state goes into `checkpoint.pt` beside the
log (`log.jsonl`, one point of the learning curve a line), written whole and then renamed: a run that is killed goes
on from there with `--resume` as if it had not been, and weights at any time are in `reader.safetensors`.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from corpus import console
from corpus.arguments import Parser
from corpus.errors import UsageError
from index.files import sha256_file
from index.model.cores import usable_cores
from index.model.folder import TOKENIZER_FILE, WEIGHTS_FILE
from index.model.make import make_model
from index.model.pair import PairCoder
from index.training.reader_batches import Coded, Pair, Recipe, epoch
from index.training.reader_data import Group, ReaderData, read_data
from index.training.reader_leaning import weights
from index.training.reader_loss import loss
from index.training.reader_model import HEADS, Scores, by_length, collate, make_reader
from index.training.reader_scores import Told, dev_questions, scores

if TYPE_CHECKING:
    import torch

CHECKPOINT, WEIGHTS, LOG = "checkpoint.pt", "reader.safetensors", "log.jsonl"
_PART_TOKENS = 2048  # of a forward pass; longer ones are no faster on two cores


@dataclass(frozen=True, slots=True)
class Settings:
    """How to train. The heads begin at random, so they learn faster than the layers; `mean` is how much of the running
    mean of the weights a step keeps: that mean is what is measured and kept, and it is better than any one step's."""

    layers: int = 6
    epochs: int = 2
    rate: float = 1e-4
    head_rate: float = 5e-4
    warm_up: float = 0.05
    weight_decay: float = 0.01
    clip: float = 1.0
    dropout: float = 0.1
    mean: float = 0.99
    seed: int = 0
    recipe: Recipe = field(default_factory=Recipe)


class ReaderTrainer:
    """Trains on `data` from the encoder in `folder`, or from the weights in `start`, a file of an earlier run."""

    def __init__(
        self, folder: Path, data: ReaderData, settings: Settings, out: Path, start: Path | None = None
    ) -> None:
        import torch

        torch.manual_seed(settings.seed)
        self._settings, self._data, self._out = settings, data, out
        self._coded = Coded(data, PairCoder(folder / TOKENIZER_FILE))
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._model = make_reader(folder, settings.layers, settings.dropout).to(self._device)
        if start is not None:
            from safetensors.torch import load_file

            self._model.load_state_dict(load_file(start), strict=False)
        self._learnt = {name: one for name, one in self._model.named_parameters() if one.requires_grad}
        self._mean = {name: one.detach().clone() for name, one in self._learnt.items()}
        heads = [one for name, one in self._learnt.items() if name.partition(".")[0] in HEADS]
        layers = [one for name, one in self._learnt.items() if name.partition(".")[0] not in HEADS]
        self._optimiser = torch.optim.AdamW(
            [{"params": layers, "peak": settings.rate}, {"params": heads, "peak": settings.head_rate}],
            weight_decay=settings.weight_decay,
        )
        begun = (sha256_file(folder / WEIGHTS_FILE), None if start is None else sha256_file(start))
        self._of = hashlib.sha256(repr((settings, data.sha256, begun)).encode()).hexdigest()
        self._at = (0, 0)  # epoch and step in it
        self._seen = 0  # pairs learnt from
        self._seconds = 0.0
        fast = torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()
        self.half = bool(fast or self._device.type == "cuda")  # bfloat16 products, where the processor has them

    def run(self, save_every: float, score_every: float, dev_size: int) -> None:
        """Train to the end. `save_every`, `score_every`: seconds between checkpoints and between measurements."""
        dev = dev_questions(self._data.dev, dev_size)
        even = weights(self._data.train)
        began = saved = scored = time.monotonic()
        before = self._seconds
        for number in range(self._at[0], self._settings.epochs):
            batches = epoch(self._data.train, self._coded, self._settings.recipe, self._settings.seed, number, even)
            first = self._at[1] if number == self._at[0] else 0
            lost: list[dict[str, float]] = []
            with tqdm(total=len(batches), initial=first, desc=f"训练 {number + 1}", unit="步", mininterval=60) as bar:
                for step in range(first, len(batches)):
                    done = (number + step / len(batches)) / self._settings.epochs
                    lost.append(self._step(batches[step], done))
                    bar.update()
                    self._at = (number, step + 1)
                    now = time.monotonic()
                    self._seconds = before + now - began
                    if now - saved >= save_every:
                        self._save()
                        saved = time.monotonic()
                    if now - scored >= score_every:
                        self._score(dev, lost)
                        lost, scored = [], time.monotonic()
            self._at = (number + 1, 0)
            self._save()
            self._score(dev, lost)

    def _step(self, batch: Sequence[Sequence[Pair]], done: float) -> dict[str, float]:
        import torch

        settings = self._settings
        torch.manual_seed(int.from_bytes(hashlib.sha256(f"{settings.seed} {self._at}".encode()).digest()[:6]))
        for group in self._optimiser.param_groups:
            group["lr"] = group["peak"] * min(1.0, done / settings.warm_up + 1e-3) * (1 - done)
        self._model.train()
        pairs = [pair for group in batch for pair in group]
        total, parts = loss(self._read(pairs), batch)
        self._optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(list(self._learnt.values()), settings.clip)
        self._optimiser.step()
        self._seen += len(pairs)
        with torch.no_grad():
            keep = min(settings.mean, 1 - 1 / (1 + self._seen / len(pairs)))  # at first the mean of all steps
            for name, one in self._learnt.items():
                self._mean[name].lerp_(one, 1 - keep)
        return parts

    def _read(self, pairs: Sequence[Pair]) -> Scores:
        """The scores of all pairs, in their order, from parts of like length; on the CPU, as they are few numbers."""
        import torch
        from torch.nn.functional import pad

        rows = [pair.row for pair in pairs]
        parts, order = [], []
        with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self.half):
            for some in by_length(rows, _PART_TOKENS):
                given = collate([rows[at] for at in some], self._coded.coder.pad)
                parts.append(self._model(*(one.to(self._device) for one in given)))
                order += some
        back = torch.argsort(torch.tensor(order))

        def joined(name: str) -> torch.Tensor:
            found = [getattr(part, name).cpu() for part in parts]
            if name in ("start", "end"):
                longest = max(one.shape[1] for one in found)
                found = [pad(one, (0, longest - one.shape[1]), value=-1e4) for one in found]
            return torch.cat(found)[back]

        return Scores(*(joined(name) for name in ("start", "end", "verdict", "relevance")))

    def read(self, pairs: Sequence[Pair]) -> list[Told]:
        """What the mean of the weights says of pairs."""
        import torch

        self._swap()
        self._model.eval()
        told: list[Told] = []
        with torch.inference_mode():
            for first in range(0, len(pairs), 64):
                got = self._read(pairs[first : first + 64])
                for at in range(len(got.verdict)):
                    start = int(got.start[at].argmax())
                    end = start + int(got.end[at, start:].argmax())
                    told.append((got.verdict[at].numpy(), float(got.relevance[at]), (start, end)))
        self._swap()
        return told

    def _swap(self) -> None:
        """Put the mean in the weights' place, and back."""
        for name, one in self._learnt.items():
            one.data, self._mean[name] = self._mean[name], one.data

    def _score(self, dev: Sequence[Group], lost: Sequence[dict[str, float]]) -> None:
        names = sorted({name for one in lost for name in one})
        mean_loss = {name: sum(one.get(name, 0.0) for one in lost) / max(1, len(lost)) for name in names}
        point = {
            "examples": self._seen,
            "epoch": self._at[0],
            "step": self._at[1],
            "seconds": round(self._seconds),
            **({name: round(value, 4) for name, value in scores(dev, self._coded, self.read).items()} if dev else {}),
            "loss": {name: round(value, 4) for name, value in mean_loss.items()},
        }
        with (self._out / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(point) + "\n")
        print(json.dumps(point), file=sys.stderr, flush=True)

    def _save(self) -> None:
        import torch
        from safetensors.torch import save_file

        state = {
            "of": self._of,
            "at": self._at,
            "seen": self._seen,
            "seconds": self._seconds,
            "half": self.half,
            "weights": {name: one.detach() for name, one in self._learnt.items()},
            "mean": self._mean,
            "optimiser": self._optimiser.state_dict(),
        }
        new = self._out / f"{CHECKPOINT}.new"
        torch.save(state, new)
        new.replace(self._out / CHECKPOINT)
        new = self._out / f"{WEIGHTS}.new"
        save_file(self._mean, new, metadata={"layers": str(self._settings.layers)})
        new.replace(self._out / WEIGHTS)

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one. Raises UsageError if it is of other data or settings."""
        import torch

        path = self._out / CHECKPOINT
        if not path.is_file():
            return False
        state = torch.load(path, weights_only=True, map_location=self._device)
        if state["of"] != self._of:
            raise UsageError("检查点是用别的数据或设置训练的", str(path), "请换一个 --out，或用原来的参数")
        with torch.no_grad():
            for name, one in self._learnt.items():
                one.copy_(state["weights"][name])
        self._mean = state["mean"]
        self._optimiser.load_state_dict(state["optimiser"])
        self._at, self._seen, self._seconds = tuple(state["at"]), state["seen"], state["seconds"]
        self.half = bool(state["half"])
        return True


def main(argv: Sequence[str] | None = None) -> int:
    parser = Parser(
        prog="python -m index.training.reader",
        description="训练阅读模型（双核数小时；中断后加 --resume 接着做）。",
        epilog="例：python -m index.training.reader --data reader-data --out reader-run --resume",
    )
    usual = Settings()
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="reader_prepare 制作的文件夹")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="检查点、日志和权重写到哪里")
    parser.add_argument("--resume", action="store_true", help="从检查点接着训练；没有检查点就从头开始")
    parser.add_argument("--start", type=Path, metavar="FILE", help="从另一次训练的 reader.safetensors 开始")
    parser.add_argument(
        "--repeat", type=float, default=1.0, metavar="X", help="上一次训练学过的再学多大一部分（默认 1）"
    )
    parser.add_argument("--layers", type=int, default=usual.layers, metavar="N", help="编码器的层数（默认 6）")
    parser.add_argument("--epochs", type=int, default=usual.epochs, metavar="N", help="轮数（默认 2）")
    parser.add_argument("--rate", type=float, default=usual.rate, metavar="X", help="学习率（默认 1e-4）")
    parser.add_argument(
        "--dropout", type=float, default=usual.dropout, metavar="X", help="训练时随机关掉多大一部分（默认 0.1）"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="随机种子（默认 0）")
    parser.add_argument("--save-every", type=float, default=5, metavar="MIN", help="几分钟存一次检查点（默认 5）")
    parser.add_argument("--score-every", type=float, default=20, metavar="MIN", help="几分钟量一次（默认 20）")
    parser.add_argument("--dev-size", type=int, default=300, metavar="N", help="量多少题，另加三成日常提问（默认 300）")
    parser.add_argument("--threads", type=int, default=usable_cores(), metavar="N", help="用几个核")
    args = parser.parse_args(argv)
    import torch

    torch.set_num_threads(args.threads)
    if not args.resume and (args.out / CHECKPOINT).exists():
        raise UsageError("那里已有检查点", str(args.out), "请加 --resume 接着训练，或换一个 --out")
    args.out.mkdir(parents=True, exist_ok=True)
    settings = replace(
        Settings(),
        layers=args.layers,
        epochs=args.epochs,
        rate=args.rate,
        dropout=args.dropout,
        seed=args.seed,
        recipe=Recipe(repeated=args.repeat),
    )
    trainer = ReaderTrainer(make_model(), read_data(args.data), settings, args.out, args.start)
    if args.resume and trainer.resume():
        print("从检查点接着训练", file=sys.stderr)
    (args.out / "settings.json").write_text(json.dumps(asdict(settings), indent=1) + "\n", "utf-8")
    trainer.run(args.save_every * 60, args.score_every * 60, args.dev_size)
    return 0


if __name__ == "__main__":
    sys.exit(console.run(main))
