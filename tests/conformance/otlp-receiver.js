// A collector in memory: takes OTLP over HTTP and reads it with OpenTelemetry's own protobuf, not with anything of ours.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { once } from 'node:events';

const { opentelemetry } = createRequire(import.meta.url)('@opentelemetry/otlp-transformer/build/src/generated/root.js');
const collector = opentelemetry.proto.collector;
const readers = {
  '/v1/traces': collector.trace.v1.ExportTraceServiceRequest,
  '/v1/metrics': collector.metrics.v1.ExportMetricsServiceRequest,
  '/v1/logs': collector.logs.v1.ExportLogsServiceRequest,
};

const hex = (bytes) => Buffer.from(bytes ?? []).toString('hex');
const value = (any) => any.stringValue ?? any.boolValue ?? any.doubleValue ?? (any.intValue === null || any.intValue === undefined ? null : Number(any.intValue));
const attributes = (list) => Object.fromEntries((list ?? []).map(({ key, value: any }) => [key, value(any)]));

/** Listens on loopback; what came is in `spans`, `logs`, `metrics`, `resources`, and every message whole in `messages`. */
export async function startReceiver() {
  const received = { spans: [], logs: [], metrics: [], resources: [], messages: [], refused: [] };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const reader = readers[request.url];
    if (!reader || request.headers['content-type'] !== 'application/x-protobuf') {
      received.refused.push(`${request.url} ${request.headers['content-type']}`);
      response.writeHead(400).end();
      return;
    }
    const message = reader.decode(Buffer.concat(chunks));
    received.messages.push(reader.toObject(message, { longs: String, bytes: String }));
    for (const { resource, scopeSpans } of message.resourceSpans ?? []) {
      received.resources.push(attributes(resource.attributes));
      for (const { scope, spans } of scopeSpans) {
        for (const span of spans) {
          received.spans.push({
            scope: scope.name, name: span.name, trace: hex(span.traceId), id: hex(span.spanId), parent: hex(span.parentSpanId), attributes: attributes(span.attributes),
            links: span.links.map((link) => ({ trace: hex(link.traceId), id: hex(link.spanId) })), nanoseconds: Number(span.endTimeUnixNano) - Number(span.startTimeUnixNano),
          });
        }
      }
    }
    for (const { scopeLogs } of message.resourceLogs ?? [])
      for (const { logRecords } of scopeLogs) for (const record of logRecords) received.logs.push({ text: value(record.body ?? {}), attributes: attributes(record.attributes) });
    for (const { scopeMetrics } of message.resourceMetrics ?? [])
      for (const { scope, metrics } of scopeMetrics) for (const metric of metrics) received.metrics.push({ scope: scope.name, name: metric.name, unit: metric.unit });
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { ...received, address: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() };
}
