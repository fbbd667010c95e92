/** The plugin generator (Argo CD, Generators-Plugin): parameters from an HTTP service that a ConfigMap names. */
import type { z } from 'zod'
import type { PluginGenerator } from '../../../api/applicationset.ts'
import { getField, getString, isRecord } from '../../../kube/fields.ts'
import { parseJson } from '../../../kube/json.ts'
import type { Generation } from '../generation.ts'
import { flatten } from '../params.ts'
import { secretRef } from '../secrets.ts'
import type { Params } from '../templates.ts'
import { withValues } from './values.ts'

const usualTimeoutSeconds = 30

export async function pluginParams(plugin: z.infer<typeof PluginGenerator>, generation: Generation): Promise<Params[]> {
  const { context, set, namespace, dialect } = generation
  const { name } = plugin.configMapRef
  const settings = await context.configMap(name, namespace)
  if (settings === undefined) throw new Error(`there is no ConfigMap ${namespace}/${name}`)
  const wanted = (key: string) => {
    const value = getString(settings, 'data', key) ?? ''
    if (value === '') throw new Error(`ConfigMap ${namespace}/${name} has no ${key}`)
    return value
  }
  const url = `${wanted('baseUrl').replace(/\/+$/, '')}/api/v1/getparams.execute`
  const token = await secretRef(context, namespace, tokenRef(wanted('token')))
  const timeout = Number(getString(settings, 'data', 'requestTimeout') ?? usualTimeoutSeconds)
  if (!Number.isInteger(timeout)) throw new Error(`requestTimeout of ConfigMap ${namespace}/${name} is not a number`)
  const input = plugin.input?.parameters ?? {}
  const response = await context.http({
    method: 'POST',
    url,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({ applicationSetName: set.metadata.name, input: { parameters: input } }),
    timeoutMs: (timeout <= 0 ? usualTimeoutSeconds : timeout) * 1000,
  })
  if (response.status < 200 || response.status > 299) throw new Error(`${url} answered ${response.status}`)
  const objects = getField(parseJson(response.body), 'output', 'parameters')
  // An answer of another shape is no answer; it must not read as "no elements".
  if (!Array.isArray(objects) || !objects.every((one) => isRecord(one))) {
    throw new Error(`${url} answered without a list output.parameters`)
  }
  const params = objects.map((object) => ({
    ...(dialect.goTemplate ? object : flatten(object)),
    generator: { input: { parameters: input } },
  }))
  return withValues(params, plugin.values, generation)
}

/** `$name:key`, or `$key` of argocd-secret. */
function tokenRef(text: string): { readonly secretName: string; readonly key: string } {
  if (!text.startsWith('$')) throw new Error('token does not name a key of a Secret: it has to start with "$"')
  const reference = text.slice(1)
  const colon = reference.indexOf(':')
  if (colon < 0) return { secretName: 'argocd-secret', key: reference }
  return { secretName: reference.slice(0, colon), key: reference.slice(colon + 1) }
}
