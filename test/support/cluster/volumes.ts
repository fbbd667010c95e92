/** The folders that kube-controller-manager made for claims: it leaves them behind when it is stopped before they are deleted. Effects: deletes them. */
import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Connection } from '../../../src/kube/connection.ts'
import { getString } from '../../../src/kube/fields.ts'
import { createKubeClient } from '../../../src/kube/http-client.ts'
import { systemClock } from '../../../src/runtime/clock.ts'

/** Where the provisioner for tests puts them, whatever it is told (Kubernetes, volume/hostpath). */
const provisioned = '/tmp/hostpath_pv'

/** Those of the volumes that this API server knows; nothing else below that folder is touched. */
export async function removeVolumeFolders(connection: Connection): Promise<void> {
  await using client = createKubeClient(connection, { clock: systemClock, random: Math.random })
  const resource = (await client.discovery()).resource({ group: '', kind: 'PersistentVolume' })
  if (resource === undefined) return
  for await (const page of client.list(resource)) {
    for (const volume of page.items) {
      const path = getString(volume['spec'], 'hostPath', 'path') ?? ''
      if (dirname(path) === provisioned) await rm(path, { recursive: true, force: true })
    }
  }
}
