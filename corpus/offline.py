"""Nothing leaves the machine: what libraries are told before they are loaded.

ONNX Runtime keeps an event data base and looks up its maker's host unless this is set when it loads; the
hub's client, transformers and Gradio ask theirs. Libraries read these variables while they are imported, so
`corpus/__init__.py`, which runs before any other module of ours, sets them.
"""

from __future__ import annotations

import os

# Set whatever the environment says: nobody who runs this program wants to be counted.
SILENCED = {
    "ORT_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "RAY_USAGE_STATS_ENABLED": "0",
}
# Set unless the user has set them: who wants a model from the hub says HF_HUB_OFFLINE=0.
OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_DATASETS_OFFLINE": "1"}


def silence() -> None:
    """Set the variables for this process and those it starts."""
    os.environ.update(SILENCED)
    online = os.environ.get("HF_HUB_OFFLINE") == "0"
    for name, value in OFFLINE.items():
        if not online:
            os.environ.setdefault(name, value)
