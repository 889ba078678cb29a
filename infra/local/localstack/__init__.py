"""`mara localstack`: deploys template.yaml to LocalStack, with the servers that functions need."""
