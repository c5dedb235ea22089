// What deploy/ hands to others: the manifests against the Kubernetes API's types and against our own rules, the compose file against docker-compose.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { folder, manifests, typeErrors } from "./deploy/manifests.js";

const root = resolve(import.meta.dirname, "../..");
const documents = manifests();
const ofKind = (kind) => documents.filter(({ value }) => value.kind === kind).map(({ value }) => value);
const workloads = [...ofKind("StatefulSet"), ...ofKind("Deployment"), ...ofKind("Job")];
const podOf = (workload) => workload.spec.template.spec;
const has = (command) => spawnSync(command, ["version"], { stdio: "ignore" }).error === undefined;

test("every manifest is what the Kubernetes API takes", () => {
  assert.ok(documents.length > 10);
  assert.deepEqual(typeErrors(documents), []);
});

test("the check sees a misspelt field, a wrong type and a missing one", () => {
  const broken = (change) => {
    const copy = structuredClone(documents.find(({ value }) => value.kind === "StatefulSet"));
    change(copy.value.spec);
    return typeErrors([copy]).length;
  };
  assert.ok(broken((spec) => { spec.template.spec.containers[0].imagee = "x"; }) > 0);
  assert.ok(broken((spec) => { spec.replicas = "four"; }) > 0);
  assert.ok(broken((spec) => { delete spec.selector; }) > 0);
});

test("no container runs as root, writes its root file system, or has a capability", () => {
  for (const workload of workloads) {
    const pod = podOf(workload);
    assert.equal(pod.securityContext.runAsNonRoot, true, workload.metadata.name);
    assert.ok(pod.securityContext.runAsUser > 0);
    assert.equal(pod.automountServiceAccountToken, false);
    for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
      assert.equal(container.securityContext.readOnlyRootFilesystem, true, container.name);
      assert.equal(container.securityContext.allowPrivilegeEscalation, false);
      assert.deepEqual(container.securityContext.capabilities, { drop: ["ALL"] });
      assert.ok(container.resources?.requests?.memory && container.resources.limits.memory, `${container.name} has bounds`);
      assert.doesNotMatch(container.image, /:latest$|^[^:]+$/, "an image is pinned");
    }
    for (const volume of pod.volumes ?? []) assert.equal(volume.hostPath, undefined);
  }
});

test("selectors, ports, probes, volumes and references meet what they name", () => {
  const names = (kind) => new Set(ofKind(kind).map((each) => each.metadata.name));
  for (const workload of workloads) {
    const labels = workload.spec.template.metadata.labels;
    for (const [key, value] of Object.entries(workload.spec.selector?.matchLabels ?? {})) assert.equal(labels[key], value);
    if (workload.kind === "StatefulSet") assert.ok(names("Service").has(workload.spec.serviceName));
    const pod = podOf(workload);
    assert.ok(names("ServiceAccount").has(pod.serviceAccountName));
    const volumes = new Set([...(pod.volumes ?? []), ...(workload.spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata)].map((volume) => volume.name));
    for (const container of pod.containers) {
      const ports = new Set((container.ports ?? []).map((port) => port.name));
      for (const probe of [container.livenessProbe, container.readinessProbe, container.startupProbe].filter((each) => each?.httpGet)) assert.ok(ports.has(probe.httpGet.port));
      for (const mount of container.volumeMounts) assert.ok(volumes.has(mount.name), mount.name);
      for (const from of container.envFrom ?? []) assert.ok(names("ConfigMap").has(from.configMapRef.name));
    }
  }
  for (const service of ofKind("Service")) {
    const behind = workloads.filter((workload) => Object.entries(service.spec.selector).every(([key, value]) => workload.spec.template.metadata.labels[key] === value));
    assert.equal(behind.length, 1, service.metadata.name);
    const ports = new Set(podOf(behind[0]).containers.flatMap((container) => container.ports.map((port) => port.name)));
    for (const port of service.spec.ports) assert.ok(ports.has(port.targetPort), `${service.metadata.name}: ${port.targetPort}`);
  }
  for (const scaler of ofKind("HorizontalPodAutoscaler")) assert.ok(workloads.some((workload) => workload.kind === scaler.spec.scaleTargetRef.kind && workload.metadata.name === scaler.spec.scaleTargetRef.name));
});

test("the network is closed by default, and every workload has its own rule and its budget", () => {
  const policies = ofKind("NetworkPolicy");
  assert.ok(policies.some((policy) => Object.keys(policy.spec.podSelector).length === 0 && !policy.spec.ingress && policy.spec.policyTypes.length === 2));
  for (const workload of workloads) {
    const labels = workload.spec.template.metadata.labels;
    const meets = (selector) => Object.entries(selector?.matchLabels ?? {}).length > 0 && Object.entries(selector.matchLabels).every(([key, value]) => labels[key] === value);
    assert.ok(policies.some((policy) => meets(policy.spec.podSelector)), workload.metadata.name);
    if (workload.metadata.name !== "postgres") assert.ok(ofKind("PodDisruptionBudget").some((budget) => meets(budget.spec.selector)), workload.metadata.name);
  }
  assert.equal(ofKind("PodDisruptionBudget").find((budget) => budget.metadata.name === "silo").spec.maxUnavailable, 1, "of four members one may be away");
});

test("kustomize renders every manifest", { skip: !has("kubectl") && "kubectl is not installed" }, () => {
  const listed = parse(readFileSync(join(folder, "kustomization.yaml"), "utf8")).resources;
  assert.deepEqual([...listed].sort(), [...new Set(documents.map(({ file }) => file))].sort());
  const rendered = execFileSync("kubectl", ["kustomize", folder], { encoding: "utf8" });
  assert.equal(rendered.split(/^---$/m).length, documents.length);
});

test("docker-compose takes the compose file", { skip: !has("docker-compose") && "docker-compose is not installed" }, () => {
  execFileSync("docker-compose", ["-f", join(root, "docker-compose.yml"), "--profile", "load", "config", "-q"], { cwd: root, stdio: "pipe" });
});

test("every service of the compose file is pinned, unprivileged, and listens on loopback alone", () => {
  const { services } = parse(readFileSync(join(root, "docker-compose.yml"), "utf8"), { merge: true });
  for (const [name, service] of Object.entries(services)) {
    if (service.image) assert.doesNotMatch(service.image, /:latest$|^[^:]+$/, name);
    assert.ok(service.security_opt?.includes("no-new-privileges:true"), name);
    for (const port of service.ports ?? []) assert.match(String(port), /^127\.0\.0\.1:/, name);
  }
});
