"""A request of each operation, with all members that it may have. They succeed in this order."""

ARN = "arn:aws:iot:us-east-1:000000000000:"
ROLE = "arn:aws:iam::000000000000:role/detect"
DIMENSION = {"dimensionName": "dimension", "operator": "IN"}
TAGS = [{"Key": "team", "Value": "a"}]
TOKEN = "token"

COUNTED = {
    "name": "counted",
    "metric": "aws:num-messages-sent",
    "metricDimension": DIMENSION,
    "criteria": {
        "comparisonOperator": "less-than",
        "value": {"count": 5},
        "durationSeconds": 300,
        "consecutiveDatapointsToAlarm": 1,
        "consecutiveDatapointsToClear": 1,
    },
    "suppressAlerts": True,
    "exportMetric": True,
}


def set_of(metric, member, values):
    operators = {"cidrs": "in-cidr-set", "ports": "in-port-set"}
    return {
        "name": member,
        "metric": metric,
        "criteria": {
            "comparisonOperator": operators.get(member, "in-set"),
            "value": {member: values},
        },
    }


BEHAVIORS = [
    COUNTED,
    set_of("aws:destination-ip-addresses", "cidrs", ["10.0.0.0/8"]),
    set_of("aws:listening-tcp-ports", "ports", [22]),
    set_of("numbers", "numbers", [1.5]),
    set_of("strings", "strings", ["idle"]),
    {
        "name": "number",
        "metric": "number",
        "criteria": {"comparisonOperator": "less-than", "value": {"number": 2.5}},
    },
    {
        "name": "statistical",
        "metric": "aws:all-bytes-out",
        "criteria": {
            "comparisonOperator": "less-than-equals",
            "statisticalThreshold": {"statistic": "p90"},
            "durationSeconds": 300,
        },
    },
]
PROFILE = {
    "securityProfileDescription": "all members",
    "behaviors": BEHAVIORS,
    "alertTargets": {"SNS": {"alertTargetArn": "arn:aws:sns:us-east-1:0:t", "roleArn": ROLE}},
    "additionalMetricsToRetain": ["aws:all-bytes-in"],
    "additionalMetricsToRetainV2": [
        {"metric": "aws:num-messages-sent", "metricDimension": DIMENSION, "exportMetric": True}
    ],
    "metricsExportConfig": {"mqttTopic": "export", "roleArn": ROLE},
}
ATTRIBUTES = {"attributes": {"site": "hall"}, "merge": True}
GROUP_PROPERTIES = {"thingGroupDescription": "all members", "attributePayload": ATTRIBUTES}
PAGE = {"maxResults": 10}
RANGE = {"startTime": "2026-01-01T00:00:00Z", "endTime": "2026-01-02T00:00:00Z"}
VIOLATIONS = {
    "thingName": "thing",
    "securityProfileName": "profile",
    "behaviorCriteriaType": "STATIC",
    "listSuppressedAlerts": True,
    "verificationState": "UNKNOWN",
    **PAGE,
}

SAMPLES = {
    "CreateDimension": {
        "name": "dimension",
        "type": "TOPIC_FILTER",
        "stringValues": ["a/+"],
        "tags": TAGS,
        "clientRequestToken": TOKEN,
    },
    "DescribeDimension": {"name": "dimension"},
    "UpdateDimension": {"name": "dimension", "stringValues": ["b/+"]},
    "ListDimensions": PAGE,
    "CreateCustomMetric": {
        "metricName": "number",
        "displayName": "A number",
        "metricType": "number",
        "tags": TAGS,
        "clientRequestToken": TOKEN,
    },
    "DescribeCustomMetric": {"metricName": "number"},
    "UpdateCustomMetric": {"metricName": "number", "displayName": "Another"},
    "ListCustomMetrics": PAGE,
    "CreateSecurityProfile": {"securityProfileName": "profile", **PROFILE, "tags": TAGS},
    "DescribeSecurityProfile": {"securityProfileName": "profile"},
    "UpdateSecurityProfile": {
        "securityProfileName": "profile",
        **PROFILE,
        "expectedVersion": 1,
        "deleteBehaviors": False,
        "deleteAlertTargets": False,
        "deleteAdditionalMetricsToRetain": False,
        "deleteMetricsExportConfig": False,
    },
    "ListSecurityProfiles": {**PAGE, "dimensionName": "dimension"},
    "ValidateSecurityProfileBehaviors": {"behaviors": BEHAVIORS},
    "CreateThing": {
        "thingName": "thing",
        "thingTypeName": "camera",
        "attributePayload": ATTRIBUTES,
        "billingGroupName": "billing",
    },
    "DescribeThing": {"thingName": "thing"},
    "UpdateThing": {
        "thingName": "thing",
        "thingTypeName": "door",
        "attributePayload": ATTRIBUTES,
        "expectedVersion": 1,
        "removeThingType": False,
    },
    "ListThings": {
        **PAGE,
        "attributeName": "site",
        "attributeValue": "ha",
        "thingTypeName": "door",
        "usePrefixAttributeValue": True,
    },
    "CreateThingGroup": {
        "thingGroupName": "group",
        "parentGroupName": "parent",
        "thingGroupProperties": GROUP_PROPERTIES,
        "tags": TAGS,
    },
    "DescribeThingGroup": {"thingGroupName": "group"},
    "UpdateThingGroup": {
        "thingGroupName": "group",
        "thingGroupProperties": GROUP_PROPERTIES,
        "expectedVersion": 1,
    },
    "ListThingGroups": {
        **PAGE,
        "parentGroup": "parent",
        "namePrefixFilter": "gr",
        "recursive": True,
    },
    "AddThingToThingGroup": {
        "thingGroupName": "group",
        "thingGroupArn": ARN + "thinggroup/group",
        "thingName": "thing",
        "thingArn": ARN + "thing/thing",
        "overrideDynamicGroups": False,
    },
    "ListThingGroupsForThing": {"thingName": "thing", **PAGE},
    "ListThingsInThingGroup": {"thingGroupName": "group", "recursive": True, **PAGE},
    "RemoveThingFromThingGroup": {
        "thingGroupName": "group",
        "thingGroupArn": ARN + "thinggroup/group",
        "thingName": "thing",
        "thingArn": ARN + "thing/thing",
    },
    "UpdateThingGroupsForThing": {
        "thingName": "thing",
        "thingGroupsToAdd": ["group"],
        "thingGroupsToRemove": ["other"],
        "overrideDynamicGroups": False,
    },
    "AttachSecurityProfile": {
        "securityProfileName": "profile",
        "securityProfileTargetArn": ARN + "thinggroup/group",
    },
    "ListTargetsForSecurityProfile": {"securityProfileName": "profile", **PAGE},
    "ListSecurityProfilesForTarget": {
        **PAGE,
        "recursive": True,
        "securityProfileTargetArn": ARN + "thinggroup/group",
    },
    "TagResource": {"resourceArn": ARN + "thinggroup/group", "tags": TAGS},
    "ListTagsForResource": {"resourceArn": ARN + "thinggroup/group"},
    "UntagResource": {"resourceArn": ARN + "thinggroup/group", "tagKeys": ["other"]},
    "ListActiveViolations": VIOLATIONS,
    "ListViolationEvents": {**RANGE, **VIOLATIONS},
    "PutVerificationStateOnViolation": {
        "violationId": "VIOLATION",
        "verificationState": "BENIGN_POSITIVE",
        "verificationStateDescription": "known",
    },
    "ListMetricValues": {
        "thingName": "thing",
        "metricName": "aws:num-messages-sent",
        "dimensionName": "dimension",
        "dimensionValueOperator": "IN",
        **RANGE,
        **PAGE,
    },
    "DetachSecurityProfile": {
        "securityProfileName": "profile",
        "securityProfileTargetArn": ARN + "thinggroup/group",
    },
    "DeleteSecurityProfile": {"securityProfileName": "gone", "expectedVersion": 1},
    "DeleteCustomMetric": {"metricName": "gone"},
    "DeleteDimension": {"name": "gone"},
    "DeleteThing": {"thingName": "gone", "expectedVersion": 1},
    "DeleteThingGroup": {"thingGroupName": "gone", "expectedVersion": 1},
}

# What the samples need besides one another.
PREPARATION = [
    ("CreateCustomMetric", {"metricName": name, "metricType": kind, "clientRequestToken": TOKEN})
    for name, kind in [("numbers", "number-list"), ("strings", "string-list")]
] + [("CreateThingGroup", {"thingGroupName": name}) for name in ["parent", "other"]]
