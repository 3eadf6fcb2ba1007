"""A readout in words, for people."""

from __future__ import annotations

from campaigns.abtests.readout import Comparison, Readout
from campaigns.abtests.statistics import SRM_P_VALUE, Effect

_VERDICTS = {
    "higher": "higher than {control}",
    "lower": "lower than {control}",
    "no_difference_shown": "no difference from {control} shown",
}


def in_words(readout: Readout) -> str:
    """Several lines: the variants, the split, and each comparison with its interval."""
    lines = [f"{readout.experiment}: {_metric(readout)}"]
    for variant in readout.variants:
        waiting = variant.exposed - variant.counted
        lines.append(
            f"  {variant.name}: {_value(readout, variant.mean)} over {variant.counted:,} units"
            + (f" ({waiting:,} more are still within the window)" if waiting else "")
        )
    p_value = readout.sample_ratio_p_value
    if readout.status == "sample_ratio_mismatch":
        exposed = ", ".join(f"{v.name} {v.exposed:,}" for v in readout.variants)
        lines.append(
            f"SAMPLE RATIO MISMATCH: the units exposed ({exposed}) are not split as the weights say "
            f"(p = {p_value:.1e}, below {SRM_P_VALUE}). No effect is given, since something adds or removes units "
            "unevenly: find the cause first, such as exposures recorded in one variant only."
        )
    else:
        lines.append(f"Split as the weights say (p = {p_value:.3f}).")
        lines.extend(_comparison(readout, comparison) for comparison in readout.comparisons)
    return "\n".join(lines)


def _comparison(readout: Readout, comparison: Comparison) -> str:
    effect = comparison.effect
    verdict = _VERDICTS[comparison.verdict].format(control=readout.control)
    difference = _difference(readout, effect)
    return f"{comparison.variant}: {verdict}. Difference {difference}{_relative(effect)}, p = {effect.p_value:.3f}."


def _metric(readout: Readout) -> str:
    what = "units that ordered" if readout.metric.kind == "conversion" else f"net spend in {readout.metric.currency}"
    return f"{what} within {readout.metric.within_days} days of exposure"


def _value(readout: Readout, value: float | None) -> str:
    if value is None:
        return "unknown"
    return f"{value:.2%}" if readout.metric.kind == "conversion" else f"{value:,.2f}"


def _difference(readout: Readout, effect: Effect) -> str:
    if readout.metric.kind == "conversion":
        return (
            f"{effect.difference * 100:+.2f} percentage points "
            f"(95 % interval {effect.low * 100:+.2f} to {effect.high * 100:+.2f})"
        )
    return f"{effect.difference:+,.2f} (95 % interval {effect.low:+,.2f} to {effect.high:+,.2f})"


def _relative(effect: Effect) -> str:
    if effect.relative is None:
        return ""
    return f", which is {effect.relative:+.1%} ({effect.relative_low:+.1%} to {effect.relative_high:+.1%})"
