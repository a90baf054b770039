"""Where this server differs from AWS's model on purpose. docs/aws-compatibility.md is made of it, and
test_model.py holds it against the server: a line that is not true any more fails."""

# Members of requests that are refused, by their shape or operation.
REFUSED = {
    "BehaviorCriteria.mlDetectionConfig": "refused: machine learning is not offered",
    "MachineLearningDetectionConfig.confidenceLevel": "refused: machine learning is not offered",
}

# What holds of members of requests beyond the model, and what they do otherwise; "*" is every operation.
REQUEST = {
    "Behavior.exportMetric": "kept and returned; nothing is exported yet",
    "MetricToRetain.exportMetric": "kept and returned; nothing is exported yet",
    "Behavior.name": "unique within the profile",
    "Behavior.metric": "required, and must exist",
    "MetricDimension.dimensionName": "must exist, and fit the metric",
    "BehaviorCriteria.comparisonOperator": "must fit the metric",
    "BehaviorCriteria.value": "one member, the one that fits the metric",
    "BehaviorCriteria.durationSeconds": (
        "300, 600, 900, 1800 or 3600 while `--bucket` is `5m`, else multiples of it; not for lists"
    ),
    "MetricToRetain.metric": "must exist",
    "*.additionalMetricsToRetain": "joined with V2, at most 100 together; each must exist",
    "*.additionalMetricsToRetainV2": "joined with the older list, at most 100 together",
    "*.tags": "at most 50, no key twice",
    "Tag.Key": "does not begin with `aws:`",
    "*.metricsExportConfig": "kept and returned; nothing is exported yet",
    "AlertTarget.roleArn": "kept and returned; alerts are sent as `--alert-targets` says",
    "MetricsExportConfig.roleArn": "kept and returned; nothing is exported yet",
    "*.overrideDynamicGroups": "read; there are no dynamic groups, so it has no effect",
    "*.thingTypeName": "kept and returned; thing types are names, not resources of their own",
    "*.billingGroupName": "kept and returned; billing groups are names, not resources of their own",
    "CreateThing.attributePayload": "`merge` has no effect: there is nothing to merge with",
}

# Members of answers that are never there.
ANSWER = {
    "ActiveViolation.violationEventAdditionalInfo": "never there: machine learning is not offered",
    "ViolationEvent.violationEventAdditionalInfo": "never there: machine learning is not offered",
    "ViolationEventAdditionalInfo.confidenceLevel": "never there: machine learning is not offered",
    "BehaviorCriteria.mlDetectionConfig": "never there: machine learning is not offered",
    "MachineLearningDetectionConfig.confidenceLevel": "never there: machine learning is not offered",
    "DescribeThingGroup.indexName": "never there: there are no dynamic groups",
    "DescribeThingGroup.queryString": "never there: there are no dynamic groups",
    "DescribeThingGroup.queryVersion": "never there: there are no dynamic groups",
    "DescribeThingGroup.status": "never there: there are no dynamic groups",
    "AttributePayload.merge": "never there: it says how to write, not what is",
}

# What an operation does otherwise, in a sentence.
OPERATION = {
    "ValidateSecurityProfileBehaviors": (
        "Faults of a behavior are `validationErrors`, not exceptions, as long as the JSON types are "
        "right. gRPC's `warnings` are not in AWS's model, and left out."
    ),
    "CreateSecurityProfile": (
        "The same request again succeeds; LimitExceededException past 5,000 profiles, which the "
        "model does not list."
    ),
    "CreateThing": "LimitExceededException past `--thing-capacity`, which the model does not list.",
    "PutVerificationStateOnViolation": "A violation that does not exist is InvalidRequestException.",
    "ListActiveViolations": "An unknown profile is ResourceNotFoundException, an unknown thing an empty list.",
    "ListMetricValues": "Ranges of at most 14 days.",
}
