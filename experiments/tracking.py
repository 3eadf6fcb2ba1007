"""Runs logged to MLflow's tracking store in the home folder."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path


def log_run(
    home: Path,
    experiment: str,
    name: str,
    *,
    at: datetime,
    metrics: Mapping[str, float],
    params: Mapping[str, str],
    tags: Mapping[str, str],
) -> str:
    """Log one finished run below `home`; its id."""
    # MLflow reports its use over the network unless told not to before it is imported.
    os.environ |= {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_LOGGING_LEVEL": "WARNING"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MLflow's own deprecations mean nothing to who trains
        from mlflow import MlflowClient
        from mlflow.entities import Metric, Param, RunTag

        client = MlflowClient(tracking_uri=f"sqlite:///{home / 'mlflow.db'}")
        known = client.get_experiment_by_name(experiment)
        experiment_id = (
            known.experiment_id
            if known
            else client.create_experiment(experiment, artifact_location=(home / "mlflow").as_uri())
        )
        run_id = str(client.create_run(experiment_id, run_name=name).info.run_id)
        moment = round(at.timestamp() * 1000)
        client.log_batch(
            run_id,
            metrics=[Metric(key, value, moment, 0) for key, value in metrics.items()],
            params=[Param(key, value) for key, value in params.items()],
            tags=[RunTag(key, value) for key, value in tags.items()],
        )
        client.set_terminated(run_id)
    return run_id
