"""Entries of template.yaml, inserted into the section of their kind."""

import re

from infra.local.function_environment import TARGET
from infra.local.scaffold.files import ScaffoldFailed, camel, kebab

ROUTE = """  {camel}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {folder}/
      FunctionName: !Sub "mara-${{Stage}}-{kebab}"
      Layers: [!Ref HttpLayer]
      Role: !GetAtt RouteRole.Arn
      Events:
        Route: {{Type: Api, Properties: {{RestApiId: !Ref Api, Method: {method}, Path: "{path}"}}}}

"""
QUEUE = """  {camel}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {folder}/
      FunctionName: !Sub "mara-${{Stage}}-{kebab}"
      Timeout: 60
      Policies:
        - SQSSendMessagePolicy: {{QueueName: !GetAtt {camel}DeadLetters.QueueName}}
      Events: {{Message: {{Type: SQS, Properties: {{Queue: !GetAtt {camel}Queue.Arn, BatchSize: 1, \
ScalingConfig: {{MaximumConcurrency: 20}}, FunctionResponseTypes: [ReportBatchItemFailures]}}}}}}

  {camel}Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub "mara-${{Stage}}-{kebab}"
      VisibilityTimeout: 360
      SqsManagedSseEnabled: true
      RedrivePolicy: {{deadLetterTargetArn: !GetAtt {camel}DeadLetters.Arn, maxReceiveCount: 5}}

  {camel}DeadLetters:
    Type: AWS::SQS::Queue
    Properties: {{QueueName: !Sub "mara-${{Stage}}-{kebab}-dead", MessageRetentionPeriod: 1209600, \
SqsManagedSseEnabled: true}}

"""
SCHEDULE = """  {camel}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {folder}/
      FunctionName: !Sub "mara-${{Stage}}-{kebab}"
      Timeout: 50
      Events:
        Tick: {{Type: ScheduleV2, Properties: {{Name: !Sub "mara-${{Stage}}-{kebab}", \
RoleArn: !GetAtt SchedulerRole.Arn, \
ScheduleExpression: {rate}}}}}

"""
PATH = TARGET.name
NEXT_SECTION = "  # ---- "


def with_entry(section: str, entry: str, name: str, folder: str, **facts: str) -> str:
    """Return template.yaml with the entry of a function at the end of a section.

    A section that does not exist is added before the queues. Raises ScaffoldFailed.
    """
    text = TARGET.read_text("utf-8")
    if re.search(rf"^  {camel(name)}:$", text, flags=re.MULTILINE):
        raise ScaffoldFailed(f"template.yaml has a resource {camel(name)} already")
    block = entry.format(camel=camel(name), kebab=kebab(name), folder=folder, **facts)
    heading = f"{NEXT_SECTION}{section}\n"
    if heading not in text:
        text = text.replace(f"{NEXT_SECTION}queues\n", f"{heading}\n{NEXT_SECTION}queues\n", 1)
    before, _, rest = text.partition(heading)
    body, following, after = rest.partition(NEXT_SECTION)
    body = f"{body.rstrip()}\n\n" if body.strip() else "\n"
    tail = f"{following}{after}" if following else ""
    return f"{before}{heading}{body}{block}{tail}".rstrip() + "\n"
