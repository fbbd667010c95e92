/** etcd for one API server: fast and forgetful. Effects. */
import { join } from 'node:path'
import { type Component, startComponent } from './component.ts'
import type { Surroundings } from './surroundings.ts'

/** Data survives a restart with the same directory, but not a crash of the machine: nothing is synced to the disk. */
export function startEtcd(around: Surroundings, ports: { client: number; peer: number }): Promise<Component> {
  const client = `http://127.0.0.1:${ports.client}`
  const peer = `http://127.0.0.1:${ports.peer}`
  return startComponent({
    name: 'etcd',
    binary: around.binaries.etcd,
    logs: around.logs,
    signal: around.signal,
    args: [
      `--data-dir=${join(around.data, 'etcd')}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      // A benchmark of 10,000 objects must not meet etcd's quota of 2 GiB.
      `--quota-backend-bytes=${4 * 1024 ** 3}`,
      '--log-level=warn',
    ],
    ready: async () => (await fetch(`${client}/health`)).ok,
  })
}
