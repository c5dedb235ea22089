// A real Prometheus over a running node, with the configuration, rules and dashboards of deploy/.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const deploy = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'deploy');

/** True where the programs are installed. */
export const hasPrometheus = () => ['prometheus', 'promtool'].every((program) => spawnSync(program, ['--version']).status === 0);

/** What promtool says; throws where it refuses. */
export const promtool = async (...args) => (await promisify(execFile)('promtool', args)).stdout;

/** Every dashboard, with its file's name. */
export const dashboards = () => readdirSync(join(deploy, 'grafana', 'dashboards')).map((file) => ({ file, ...JSON.parse(readFileSync(join(deploy, 'grafana', 'dashboards', file), 'utf8')) }));

/** A query of a panel as Prometheus takes it: with the dashboard's variables filled in. */
export const query = (expr) => expr.replaceAll('$instance', '.*').replaceAll('$__rate_interval', '1m');

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Prometheus on loopback, scraping `targets` every second instead of every fifteen. */
export async function startPrometheus(targets) {
  const folder = mkdtempSync(join(tmpdir(), 'healthledger-prometheus-'));
  cpSync(join(deploy, 'prometheus'), folder, { recursive: true });
  const file = join(folder, 'prometheus.yml');
  const port = await freePort();
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^( +\w+_(?:interval|timeout)): 1[05]s$/gm, '$1: 1s').replaceAll('127.0.0.1:9090', `127.0.0.1:${port}`));
  writeFileSync(join(folder, 'targets', 'nodes.yml'), JSON.stringify([{ targets }]));
  const child = spawn('prometheus', [`--config.file=${file}`, `--storage.tsdb.path=${join(folder, 'data')}`, `--web.listen-address=127.0.0.1:${port}`, '--enable-feature=exemplar-storage', '--log.level=warn'],
    { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = [];
  child.stderr.on('data', (chunk) => said.push(chunk));
  const api = async (path, parameters = {}) => {
    const answer = await (await fetch(`http://127.0.0.1:${port}/api/v1/${path}?${new URLSearchParams(parameters)}`)).json();
    if (answer.status !== 'success') throw new Error(`${path} ${JSON.stringify(parameters)}: ${answer.error}`);
    return answer.data;
  };
  return {
    api,
    /** The samples of an instant query that are numbers. */
    async samples(expr) {
      const { result } = await api('query', { query: expr });
      return result.filter(({ value }) => value[1] !== 'NaN');
    },
    said: () => said.join(''),
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
