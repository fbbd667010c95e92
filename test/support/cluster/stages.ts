/**
 * How machines, pods, load balancers and ingresses live on a real control plane, for kwok: as quick as they can, and with the failures that
 * a manifest may ask the sandbox for (src/sandbox/simulate/scenarios.ts), so that one story runs on both. Pure.
 */
import { scenarioAnnotation } from '../../../src/sandbox/simulate/scenarios.ts'
import { type ContainerState, containerStatuses, machineStatus, podConditions, podStatus } from './status-templates.ts'

interface Requirement {
  readonly key: string
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
  readonly values?: readonly string[]
}

/** A Stage of kwok.x-k8s.io/v1alpha1: when an object looks like `selector`, it becomes what `next` says. */
export interface Stage {
  readonly apiVersion: 'kwok.x-k8s.io/v1alpha1'
  readonly kind: 'Stage'
  readonly metadata: { readonly name: string }
  readonly spec: {
    readonly resourceRef: { readonly apiGroup: string; readonly kind: string }
    readonly selector: { readonly matchExpressions: readonly Requirement[] }
    readonly delay?: {
      readonly durationMilliseconds: number
      readonly durationFrom?: { readonly expressionFrom: string }
    }
    readonly next: {
      readonly statusTemplate?: string
      readonly delete?: true
      readonly finalizers?: { readonly empty: true }
    }
  }
}

/** The scenario as written; a tag that says so is missing, as in the sandbox; kwok's queries are jq. */
const scenario = `(.metadata.annotations["${scenarioAnnotation}"] // "")`
const behaviour = [
  'if any(.spec.containers[].image; test(":[^/]*(does-not-exist|broken|missing)")) then "image-missing"',
  // `false`, or a script that ends with `exit` and a number that is not 0.
  `elif any(.spec.containers[]; (.command // [])[-1] // "" | test("^false$|(^|[^a-z])exit +[1-9][0-9]*$")) then "fail"`,
  `else (${scenario} | split("=")[0] // "")`,
  'end',
].join(' ')

const is = (key: string, ...values: string[]): Requirement => ({ key, operator: 'In', values })
const isNot = (key: string, ...values: string[]): Requirement => ({ key, operator: 'NotIn', values })
const has = (key: string): Requirement => ({ key, operator: 'Exists' })
const lacks = (key: string): Requirement => ({ key, operator: 'DoesNotExist' })

const alive = lacks('.metadata.deletionTimestamp')
const isPending = [alive, is('.status.phase', 'Pending'), lacks('.status.containerStatuses')]
const isRunning = [alive, is('.status.phase', 'Running')]
const isReady = is('.status.conditions[]? | select(.type == "Ready") | .status', 'True')
const isOfJob = is('any(.metadata.ownerReferences[]?; .kind == "Job") | tostring', 'true')

const running: ContainerState = { ready: true, restarts: 0, state: 'running: { startedAt: {{ Now | Quote }} }' }
const waiting = (reason: string, message: string, more: Partial<ContainerState> = {}): ContainerState => ({
  ready: false,
  restarts: 0,
  state: `waiting: { reason: ${reason}, message: ${JSON.stringify(message)} }`,
  ...more,
})
const terminated = (exitCode: number, reason: string) =>
  `terminated: { exitCode: ${exitCode}, reason: ${reason}, startedAt: {{ Now | Quote }}, finishedAt: {{ Now | Quote }} }`

function crash(exitCode: number, reason: string): string {
  const last = `lastState: { ${terminated(exitCode, reason)} }`
  return podStatus(
    'Running',
    waiting('CrashLoopBackOff', 'back-off 40s restarting failed container', { restarts: 3, last }),
  )
}

export const stages: readonly Stage[] = [
  stage('machine-ready', 'v1', 'Node', [isNot(isReady.key, 'True')], { statusTemplate: machineStatus }),

  pod(
    'pod-ready',
    [...isPending, isNot(behaviour, 'image-missing', 'crash-loop', 'oom', 'never-ready', 'slow-start')],
    {
      statusTemplate: podStatus('Running', running),
    },
  ),
  pod('pod-image-missing', [...isPending, is(behaviour, 'image-missing')], {
    statusTemplate: podStatus(
      'Pending',
      waiting('ImagePullBackOff', 'Back-off pulling image: ErrImagePull: failed to resolve reference: not found'),
    ),
  }),
  pod('pod-crash-loop', [...isPending, is(behaviour, 'crash-loop')], { statusTemplate: crash(1, 'Error') }),
  pod('pod-out-of-memory', [...isPending, is(behaviour, 'oom')], { statusTemplate: crash(137, 'OOMKilled') }),
  pod('pod-start', [...isPending, is(behaviour, 'never-ready', 'slow-start')], {
    statusTemplate: podStatus('Running', { ...running, ready: false }),
  }),
  pod(
    'pod-warm',
    [...isRunning, is(behaviour, 'slow-start'), isNot(isReady.key, 'True')],
    { statusTemplate: `${podConditions(true)}\n${containerStatuses(running)}` },
    {
      durationMilliseconds: 0,
      durationFrom: {
        expressionFrom: `${scenario} | select(startswith("slow-start=")) | ltrimstr("slow-start=") + "s"`,
      },
    },
  ),
  pod('pod-complete', [...isRunning, isReady, isOfJob, isNot(behaviour, 'fail')], {
    statusTemplate: podStatus('Succeeded', { ready: false, restarts: 0, state: terminated(0, 'Completed') }),
  }),
  pod('pod-fail', [...isRunning, isReady, isOfJob, is(behaviour, 'fail')], {
    statusTemplate: podStatus('Failed', { ready: false, restarts: 0, state: terminated(1, 'Error') }),
  }),
  pod('pod-delete', [has('.metadata.deletionTimestamp')], { delete: true, finalizers: { empty: true } }),

  stage(
    'load-balancer',
    'v1',
    'Service',
    [alive, is('.spec.type', 'LoadBalancer'), lacks('.status.loadBalancer.ingress')],
    { statusTemplate: 'loadBalancer: { ingress: [{ ip: 198.51.100.10 }] }' },
  ),
  stage('ingress', 'networking.k8s.io/v1', 'Ingress', [alive, lacks('.status.loadBalancer.ingress')], {
    statusTemplate: 'loadBalancer: { ingress: [{ ip: 198.51.100.20 }] }',
  }),
]

function pod(
  name: string,
  selector: readonly Requirement[],
  next: Stage['spec']['next'],
  delay?: Stage['spec']['delay'],
): Stage {
  return stage(name, 'v1', 'Pod', selector, next, delay)
}

function stage(
  name: string,
  apiGroup: string,
  kind: string,
  matchExpressions: readonly Requirement[],
  next: Stage['spec']['next'],
  delay?: Stage['spec']['delay'],
): Stage {
  return {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup, kind },
      selector: { matchExpressions },
      ...(delay === undefined ? {} : { delay }),
      next,
    },
  }
}
