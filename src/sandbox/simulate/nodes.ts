/** The machines of the sandbox. */
import { getList } from '../../kube/fields.ts'
import type { KubeObject } from '../../kube/object.ts'
import { withCondition } from './conditions.ts'
import type { Context } from './controller.ts'
import { ensure, kubeletManager } from './controller.ts'
import { timestamp } from './timing.ts'
import type { Condition } from './types.ts'

export const nodeKind = { group: '', kind: 'Node' }

/** The internal address of a node: `sandbox-1` -> 10.0.0.11. */
export function nodeIp(node: string): string {
  return `10.0.0.${10 + (Number.parseInt(node.slice(node.lastIndexOf('-') + 1), 10) || 0)}`
}

/** Creates the nodes that are missing. */
export function createNodes(context: Context, count: number): void {
  for (let i = 1; i <= count; i++) {
    const node = ensure(context, nodeObject(`sandbox-${i}`), kubeletManager)
    // The server fills in what a node's status must have; only a kubelet reports conditions.
    if (getList(node, 'status', 'conditions').length === 0) {
      context.cluster.updateStatus({ ...node, status: nodeStatus(`sandbox-${i}`, context.clock.now()) }, kubeletManager)
    }
  }
}

function nodeObject(name: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'beta.kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
      },
    },
    spec: { podCIDR: `10.244.${name.slice(-1)}.0/24`, providerID: `sandbox://${name}` },
  }
}

function nodeStatus(name: string, now: number): Record<string, unknown> {
  const resources = { cpu: '16', 'ephemeral-storage': '200Gi', memory: '64Gi', pods: '1000' }
  const fine: [type: string, status: 'True' | 'False', reason: string, message: string][] = [
    ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
  ]
  let conditions: Condition[] = []
  for (const [type, status, reason, message] of fine) {
    conditions = withCondition(conditions, { type, status, reason, message }, now)
  }
  return {
    addresses: [
      { address: nodeIp(name), type: 'InternalIP' },
      { address: name, type: 'Hostname' },
    ],
    allocatable: resources,
    capacity: resources,
    conditions: conditions.map((condition) => ({ ...condition, lastHeartbeatTime: timestamp(now) })),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      architecture: 'amd64',
      bootID: '',
      containerRuntimeVersion: 'containerd://2.2.0',
      kernelVersion: '6.12.0',
      kubeProxyVersion: '',
      kubeletVersion: 'v1.35.2',
      machineID: name,
      operatingSystem: 'linux',
      osImage: 'Halcyon sandbox',
      systemUUID: name,
    },
  }
}
