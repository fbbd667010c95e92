/** The machines that kwok plays, and where volumes come from. Effects: writes to the cluster. */
import type { KubeClient } from '../../../src/kube/client.ts'
import { getList, getString } from '../../../src/kube/fields.ts'
import type { KubeObject } from '../../../src/kube/object.ts'

/** kwok's own mark of a machine that it may play. */
export const machineAnnotation = 'kwok.x-k8s.io/node=fake'
const [markKey = '', markValue = ''] = machineAnnotation.split('=')
const machineCount = 3

/** Creates what is missing and leaves what is there. */
export async function applyMachines(client: KubeClient): Promise<void> {
  const discovery = await client.discovery()
  for (const object of [...machines(), storageClass]) {
    const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : ''
    const resource = discovery.resource({ group, kind: object.kind })
    if (resource === undefined) throw new Error(`Cannot prepare ${client.server}: it serves no ${object.kind}`)
    await client.apply(resource, object, { fieldManager: 'halcyon-test-cluster', force: true })
  }
}

export async function areMachinesReady(client: KubeClient): Promise<boolean> {
  const ready = (await listNodes(client)).filter(isMachine).filter(isUsable)
  return ready.length >= machineCount
}

export function isMachine(node: KubeObject): boolean {
  return node.metadata.annotations?.[markKey] === markValue
}

export async function listNodes(client: KubeClient): Promise<KubeObject[]> {
  const resource = (await client.discovery()).resource({ group: '', kind: 'Node' })
  if (resource === undefined) throw new Error(`Cannot read nodes: ${client.server} serves none`)
  const nodes: KubeObject[] = []
  for await (const page of client.list(resource)) nodes.push(...page.items)
  return nodes
}

/** Ready, and the controller manager has taken away the taint of a machine that just came. */
function isUsable(node: KubeObject): boolean {
  const conditions = getList(node['status'], 'conditions')
  const ready = conditions.some((one) => getString(one, 'type') === 'Ready' && getString(one, 'status') === 'True')
  return ready && getList(node['spec'], 'taints').length === 0
}

function machines(): KubeObject[] {
  return Array.from({ length: machineCount }, (_, index) => {
    const name = `machine-${index + 1}`
    return {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: {
        name,
        annotations: { [markKey]: markValue },
        labels: {
          'kubernetes.io/arch': 'amd64',
          'kubernetes.io/hostname': name,
          'kubernetes.io/os': 'linux',
          'node-role.kubernetes.io/worker': '',
        },
      },
    }
  })
}

/** Claims without a class get a volume from the controller manager itself: an empty folder that no pod ever looks at. */
const storageClass: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'standard', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'kubernetes.io/host-path',
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
}
