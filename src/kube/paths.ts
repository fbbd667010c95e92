/** The URL paths of the Kubernetes API. Pure. */
import type { ApiResource } from './client.ts'
import { groupOf, versionOf } from './object.ts'

/** `/apis/apps/v1/namespaces/shop/deployments`; a namespaced resource without a namespace means all of them. */
export function collectionPath(resource: ApiResource, namespace: string, apiVersion?: string): string {
  const group = apiVersion === undefined ? resource.group : groupOf(apiVersion)
  const version = apiVersion === undefined ? resource.version : versionOf(apiVersion)
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const scope = resource.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}${scope}/${resource.plural}`
}

export function objectPath(resource: ApiResource, namespace: string, name: string, apiVersion?: string): string {
  return `${collectionPath(resource, namespace, apiVersion)}/${encodeURIComponent(name)}`
}

/** `?a=1&b=2`, or '' when nothing is set. */
export function queryText(parameters: Readonly<Record<string, string | number | boolean | undefined>>): string {
  let text = ''
  for (const name in parameters) {
    const value = parameters[name]
    if (value === undefined || value === '' || value === false) continue
    text += `${text === '' ? '?' : '&'}${name}=${encodeURIComponent(value)}`
  }
  return text
}
