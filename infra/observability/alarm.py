"""One CloudWatch alarm, and how it is written as CloudFormation."""

from dataclasses import dataclass
from typing import Literal

Comparison = Literal["GreaterThanThreshold", "LessThanThreshold"]
Missing = Literal["notBreaching", "breaching", "missing"]
Dimensions = tuple[tuple[str, str], ...]
"""(name, value); in a value ``${Stage}`` stands for the stage."""

OWN_NAMESPACE = "MARA"
"""The namespace of the metrics that the functions write."""

STAGE: Dimensions = (("Stage", "${Stage}"),)


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm: when it fires, and what to do then."""

    logical_id: str
    name: str
    runbook: str
    """The name of its kind: of the file of the runbook (infra.observability.kinds)."""

    action: str
    """A sentence on what is wrong and what to look at first."""

    namespace: str
    metric: str
    dimensions: Dimensions
    statistic: Literal["Average", "Maximum", "Minimum", "Sum", "SampleCount"]
    threshold: float
    comparison: Comparison = "GreaterThanThreshold"
    period_s: int = 300
    periods: int = 1
    periods_to_alarm: int | None = None
    """Of ``periods``, how many must breach; all of them where it is None."""

    missing: Missing = "notBreaching"
    notifies: bool = True
    """Whether it tells the operators; one that does not is shown beside another."""

    condition: str | None = None
    """The condition of the template under which the stack has it; always where it is None."""

    def render(self) -> str:
        """Return the resource as YAML."""
        pairs = [f"{{Name: {n}, Value: {_text(v)}}}" for n, v in self.dimensions]
        to_alarm = self.periods_to_alarm or self.periods
        actions = "[!Ref AlarmsTopic]" if self.notifies else "[]"
        condition = f"    Condition: {self.condition}\n" if self.condition else ""
        return f"""\
  {self.logical_id}:
    Type: AWS::CloudWatch::Alarm
{condition}    Properties:
      AlarmName: !Sub "mara-${{Stage}}-{self.name}"
      AlarmDescription: "{self.action} Runbook: infra/docs/runbooks/{self.runbook}.md"
      Namespace: {self.namespace}
      MetricName: {self.metric}
      Dimensions: [{", ".join(pairs)}]
      Statistic: {self.statistic}
      Period: {self.period_s}
      EvaluationPeriods: {self.periods}
      DatapointsToAlarm: {to_alarm}
      Threshold: {self.threshold:g}
      ComparisonOperator: {self.comparison}
      TreatMissingData: {self.missing}
      AlarmActions: {actions}
"""


def _text(value: str) -> str:
    if value == "${Stage}":
        return "!Ref Stage"
    return f'!Sub "{value}"' if "${" in value else value
