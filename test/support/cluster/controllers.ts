/** kube-controller-manager and kube-scheduler. Effects. */
import { join } from 'node:path'
import type { KubeClient } from '../../../src/kube/client.ts'
import { writePrivate } from '../../../src/up-cluster.ts'
import { type Component, startComponent } from './component.ts'
import { serviceAccountKeyFile } from './kube-apiserver.ts'
import type { Surroundings } from './surroundings.ts'

/** Their own limit of 20 requests a second would be what a benchmark measures. */
const requestLimits = ['--kube-api-qps=1000', '--kube-api-burst=2000']

/** Ready when it works: the service account of `default` exists, without which no pod can be made there. */
export function startControllerManager(
  around: Surroundings,
  kubeconfig: string,
  client: KubeClient,
): Promise<Component> {
  const ca = join(around.directory, 'ca.crt')
  writePrivate(ca, around.identity.certificates.caPem)
  return startComponent({
    name: 'kube-controller-manager',
    binary: around.binaries['kube-controller-manager'],
    logs: around.logs,
    signal: around.signal,
    args: [
      `--kubeconfig=${kubeconfig}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--controllers=*',
      `--service-account-private-key-file=${serviceAccountKeyFile(around)}`,
      `--root-ca-file=${ca}`,
      // Makes the volumes of the storage class in machines.ts.
      '--enable-hostpath-provisioner',
      ...requestLimits,
    ],
    async ready() {
      const resource = (await client.discovery()).resource({ group: '', kind: 'ServiceAccount' })
      if (resource === undefined) return false
      await client.get(resource, 'default', 'default')
      return true
    },
  })
}

/** Counts as ready at once: a pod that comes too early waits in its queue. */
export function startScheduler(around: Surroundings, kubeconfig: string): Promise<Component> {
  return startComponent({
    name: 'kube-scheduler',
    binary: around.binaries['kube-scheduler'],
    logs: around.logs,
    signal: around.signal,
    args: [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0', ...requestLimits],
    ready: async () => true,
  })
}
