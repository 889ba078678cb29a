"""Public list prices of AWS, in US dollars, without free tiers and discounts.

Change them here, then run ``python -m infra.costs``: the table in infra/docs/costs.md is generated.
"""

from dataclasses import dataclass
from typing import Final

REGION: Final = "us-east-1"
READ_ON: Final = "2026-11-28"
MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """``usd`` for ``units`` of what is counted."""

    usd: float
    units: int
    unit: str
    source: str

    def of(self, count: float) -> float:
        """The price of so many units in US dollars."""
        return self.usd * count / self.units


LAMBDA_GB_S: Final = Price(
    16.6667, MILLION, "GB-seconds of Lambda, x86", "https://cloudchipr.com/blog/aws-lambda-pricing"
)
LAMBDA_CALLS: Final = Price(
    0.20, MILLION, "calls of Lambda", "https://aws.amazon.com/lambda/pricing/"
)
API_REQUESTS: Final = Price(
    3.50,
    MILLION,
    "requests of API Gateway, REST",
    "https://awsforengineers.com/blog/aws-api-gateway-pricing-explained",
)
SQS_REQUESTS: Final = Price(
    0.40,
    MILLION,
    "requests of SQS, standard",
    "https://cloudburn.io/blog/amazon-sqs-pricing",
)
SNS_MESSAGES: Final = Price(
    0.50,
    MILLION,
    "messages published to SNS",
    "https://awsnegotiations.com/sqs-sns-cost-optimization.html",
)
PRICES: Final = (LAMBDA_GB_S, LAMBDA_CALLS, API_REQUESTS, SQS_REQUESTS, SNS_MESSAGES)
