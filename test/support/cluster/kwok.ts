/** kwok: plays the kubelets of the machines it is given. Effects. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { KubeClient } from '../../../src/kube/client.ts'
import { type Component, startComponent } from './component.ts'
import { applyMachines, areMachinesReady, machineAnnotation } from './machines.ts'
import { stages } from './stages.ts'

export interface KwokOptions {
  readonly binary: string
  readonly directory: string
  readonly logs: string
  readonly kubeconfig: string
  readonly client: KubeClient
  readonly signal: AbortSignal | undefined
}

/** Ready when its machines are. */
export async function startKwok(options: KwokOptions): Promise<Component> {
  const config = join(options.directory, 'stages.yaml')
  // JSON is YAML.
  writeFileSync(config, stages.map((stage) => JSON.stringify(stage)).join('\n---\n'))
  await applyMachines(options.client)
  return startComponent({
    name: 'kwok',
    binary: options.binary,
    logs: options.logs,
    signal: options.signal,
    args: [
      `--kubeconfig=${options.kubeconfig}`,
      `--config=${config}`,
      '--manage-all-nodes=false',
      `--manage-nodes-with-annotation-selector=${machineAnnotation}`,
      // Without leases the controller manager takes the machines for dead after a minute.
      '--node-lease-duration-seconds=40',
    ],
    ready: () => areMachinesReady(options.client),
  })
}
