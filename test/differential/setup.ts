/** What both servers need before they are compared: a namespace and the custom kinds. Effects: requests. */
import { setTimeout as wait } from 'node:timers/promises'
import { type Data, isData, metadataOf } from './data.ts'
import { DEFINITIONS } from './kinds/custom.ts'
import type { Server } from './server.ts'

/** Resolves when the definitions are served. */
export async function prepare(server: Server, namespace: string): Promise<void> {
  await server.call({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: namespace } } })
  // Without its controller nobody makes the account that pods run as.
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`
  await server.call({ method: 'POST', path: accounts, body: { metadata: { name: 'default' } } })
  for (const definition of DEFINITIONS) {
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const made = await server.call({ method: 'POST', path, body: definition })
    if (made.code !== 201 && made.code !== 409) throw new Error(`Cannot make a CRD: ${JSON.stringify(made.body)}`)
    await served(server, definition)
  }
}

async function served(server: Server, definition: Data): Promise<void> {
  const spec = definition['spec'] as { group: string; names: { plural: string }; versions: Data[] }
  const deadline = Date.now() + 20_000
  for (const { name } of spec.versions) {
    const path = `/apis/${spec.group}/${String(name)}/${spec.names.plural}`
    for (;;) {
      const { code, body } = await server.call({ method: 'GET', path })
      if (code === 200 && isData(body) && metadataOf(body)['resourceVersion'] !== undefined) break
      if (Date.now() > deadline) throw new Error(`${path} is not served: ${code}`)
      await wait(50)
    }
  }
}
