"""Health and reflection, as every gRPC tool asks for them."""

import grpc
import pytest
from daemon import Client
from detect.v1 import detect_service_pb2
from google.protobuf import descriptor_pool, message_factory
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
SERVICE_UNKNOWN = health_pb2.HealthCheckResponse.SERVICE_UNKNOWN


@pytest.mark.parametrize("service", ["", "detect.v1.Detect", "detect.v1.MetricIngestion"])
def test_a_service_that_is_there_serves(client, service):
    health = health_pb2_grpc.HealthStub(client.channel)
    assert health.Check(health_pb2.HealthCheckRequest(service=service)).status == SERVING


def test_a_service_that_is_not_there_is_not_found(client):
    health = health_pb2_grpc.HealthStub(client.channel)
    with pytest.raises(grpc.RpcError) as error:
        health.Check(health_pb2.HealthCheckRequest(service="detect.v1.Absent"))
    assert error.value.code() == grpc.StatusCode.NOT_FOUND
    steps = health.Watch(health_pb2.HealthCheckRequest(service="detect.v1.Absent"))
    assert next(steps).status == SERVICE_UNKNOWN
    steps.cancel()


def test_a_health_watch_hears_of_the_stop(daemon_on, tmp_path):
    daemon = daemon_on(tmp_path / "data").start()
    steps = health_pb2_grpc.HealthStub(Client(daemon).channel).Watch(
        health_pb2.HealthCheckRequest()
    )
    assert next(steps).status == SERVING
    daemon.process.terminate()
    assert next(steps).status == NOT_SERVING
    assert daemon.wait() == 0


def test_reflection_tells_the_whole_contract(client):
    database = ProtoReflectionDescriptorDatabase(client.channel)
    assert sorted(database.get_services()) == [
        "detect.v1.Detect",
        "detect.v1.MetricIngestion",
        "detect.v1.ThingRegistry",
        "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection",
        "grpc.reflection.v1alpha.ServerReflection",
    ]
    pool = descriptor_pool.DescriptorPool(database)
    detect = pool.FindServiceByName("detect.v1.Detect")
    compiled = detect_service_pb2.DESCRIPTOR.services_by_name["Detect"]
    assert [method.name for method in detect.methods] == [method.name for method in compiled.methods]


def test_a_call_can_be_made_from_reflection_alone(client):
    pool = descriptor_pool.DescriptorPool(ProtoReflectionDescriptorDatabase(client.channel))
    method = pool.FindMethodByName("detect.v1.ThingRegistry.ListThings")
    response = client.channel.unary_unary(
        f"/{method.containing_service.full_name}/{method.name}",
        response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
    )(b"")
    assert response.next_token == ""
