/** What the stories of the simulation's tests share: a cluster in memory, a clock that moves when told, and short questions. */
import type { KubeObject } from '../../kube/object.ts'
import { groupOf } from '../../kube/object.ts'
import { FakeClock } from '../../runtime/clock.ts'
import type { MemoryCluster } from './memory-cluster.ts'
import { createMemoryCluster } from './memory-cluster.ts'
import type { Simulation, SimulationOptions } from './simulation.ts'
import { startSimulation } from './simulation.ts'
import type { Condition, Container, Pod } from './types.ts'

export interface Story extends Disposable {
  readonly clock: FakeClock
  readonly cluster: MemoryCluster
  readonly simulation: Simulation
  /** Errors of controllers: a story without failures has none. */
  readonly errors: unknown[]
  get<T extends KubeObject>(apiVersion: string, kind: string, name: string): T | undefined
  /** Pods of the namespace `shop`, by name. */
  pods(): Pod[]
  /** `reason: message` of the Events about an object. */
  events(name: string): string[]
}

export function startStory(options: SimulationOptions = {}): Story {
  const clock = new FakeClock()
  const cluster = createMemoryCluster(clock)
  const errors: unknown[] = []
  const simulation = startSimulation(cluster, clock, { ...options, onError: (error) => errors.push(error) })
  cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  const byName = (a: KubeObject, b: KubeObject) => (a.metadata.name ?? '').localeCompare(b.metadata.name ?? '')
  return {
    clock,
    cluster,
    simulation,
    errors,
    get: <T extends KubeObject>(apiVersion: string, kind: string, name: string) =>
      cluster.get({ group: groupOf(apiVersion), kind, namespace: 'shop', name }) as T | undefined,
    pods: () => (cluster.list({ group: '', kind: 'Pod' }, 'shop') as Pod[]).toSorted(byName),
    events: (name) =>
      cluster
        .list({ group: '', kind: 'Event' }, 'shop')
        .filter((event) => (event['involvedObject'] as { name?: string }).name === name)
        .map((event) => `${event['reason']}: ${event['message']}`),
    [Symbol.dispose]: () => simulation[Symbol.dispose](),
  }
}

export interface TemplateOptions {
  image?: string
  annotations?: Record<string, string>
  container?: Partial<Container>
  restartPolicy?: string
  spec?: Record<string, unknown>
}

/** A pod template with the label `app=<name>` and one container `app`. */
export function template(name: string, options: TemplateOptions = {}) {
  const { image = 'shop/web:1.0', annotations, container, restartPolicy, spec } = options
  return {
    metadata: { labels: { app: name }, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      containers: [{ name: 'app', image, ...container }],
      ...(restartPolicy === undefined ? {} : { restartPolicy }),
      ...spec,
    },
  }
}

/** A workload of the namespace `shop` that selects `app=<name>`. */
export function workload(
  apiVersion: string,
  kind: string,
  name: string,
  spec: Record<string, unknown>,
  options: TemplateOptions = {},
): KubeObject {
  const selector = kind === 'Job' ? {} : { selector: { matchLabels: { app: name } } }
  return {
    apiVersion,
    kind,
    metadata: { name, namespace: 'shop' },
    spec: { ...selector, template: template(name, options), ...spec },
  }
}

export function deployment(
  name: string,
  spec: Record<string, unknown> = {},
  options: TemplateOptions = {},
): KubeObject {
  return workload('apps/v1', 'Deployment', name, spec, options)
}

/** `True MinimumReplicasAvailable`; undefined without such a condition. */
export function conditionText(object: KubeObject | undefined, type: string): string | undefined {
  const { conditions } = (object?.['status'] ?? {}) as { conditions?: Condition[] }
  const condition = conditions?.find((one) => one.type === type)
  return condition === undefined ? undefined : [condition.status, condition.reason].filter(Boolean).join(' ')
}

/** What kubectl shows as a pod's state: the reason of its first container, or its phase. */
export function podState(pod: Pod | undefined): string {
  const state = pod?.status?.containerStatuses?.[0]?.state
  return state?.waiting?.reason ?? state?.terminated?.reason ?? pod?.status?.phase ?? 'none'
}
