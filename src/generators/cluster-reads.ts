/** What generators ask a cluster for, asked there: Secrets, ConfigMaps, decisions. Effects: reads of the API server. */
import type { GeneratorContext } from '../delivery/applicationset/context.ts'
import { toSelector } from '../delivery/applicationset/selector.ts'
import type { ApiResource, KubeClient, ListOptions } from '../kube/client.ts'
import { ApiError } from '../kube/errors.ts'
import { printSelector } from '../kube/labels.ts'
import type { KubeObject } from '../kube/object.ts'

type Reads = Pick<GeneratorContext, 'clusters' | 'configMap' | 'secret' | 'objects'>

/** A cluster that does not answer throws; only its own 404 means that something is not there. */
export function clusterReads(
  clientOf: () => Promise<KubeClient>,
  controlNamespace: string,
  signal: AbortSignal,
): Reads {
  async function list(client: KubeClient, resource: ApiResource, options: ListOptions): Promise<KubeObject[]> {
    const found: KubeObject[] = []
    for await (const page of client.list(resource, options, signal)) found.push(...page.items)
    return found
  }

  async function get(kind: string, name: string, namespace: string): Promise<KubeObject | undefined> {
    const client = await clientOf()
    const resource = await resourceOf(client, kind, '', signal)
    try {
      return await client.get(resource, namespace, name, signal)
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return undefined
      throw error
    }
  }

  return {
    async clusters() {
      const client = await clientOf()
      const resource = await resourceOf(client, 'Secret', '', signal)
      return list(client, resource, {
        namespace: controlNamespace,
        labelSelector: 'argocd.argoproj.io/secret-type=cluster',
      })
    },
    configMap: (name, namespace) => get('ConfigMap', name, namespace),
    secret: (name, namespace) => get('Secret', name, namespace),
    async objects({ apiVersion, kind, namespace, name, selector }) {
      const client = await clientOf()
      const [group = '', version = ''] = apiVersion.split('/')
      const resource = await resourceOf(client, kind, group, signal, version)
      return list(client, resource, {
        namespace,
        ...(name === undefined ? {} : { fieldSelector: `metadata.name=${name}` }),
        ...(selector === undefined ? {} : { labelSelector: printSelector(toSelector(selector)) }),
      })
    },
  }
}

/** `kind` may be a kind or, as Argo CD's documents write it, the name of its resource. */
async function resourceOf(
  client: KubeClient,
  kind: string,
  group: string,
  signal: AbortSignal,
  version?: string,
): Promise<ApiResource> {
  const discovery = await client.discovery(signal)
  const found =
    discovery.resource({ group, kind }, version) ??
    discovery.all().find((one) => one.group === group && (one.plural === kind || one.singular === kind))
  if (found === undefined) throw new Error(`${client.name} does not serve ${kind} of ${group}`)
  return found
}
