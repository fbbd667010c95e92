/** What a person can make go wrong in the sandbox on purpose, as data, and how a pod asks for it. Pure. */
import type { KubeObject } from '../../kube/object.ts'

/** On a pod template (its first container is meant), a Pod, or a PersistentVolumeClaim. */
export const scenarioAnnotation = 'sandbox.halcyon.dev/scenario'

export type ScenarioName =
  | 'crash-loop'
  | 'never-ready'
  | 'slow-start'
  | 'fail'
  | 'image-missing'
  | 'oom'
  | 'never-bound'

export interface ScenarioDescription {
  /** What to write: an annotation's value, an image or a command. */
  readonly write: string
  readonly where: 'annotation' | 'image' | 'command' | 'reference'
  /** What the cluster then shows. */
  readonly effect: string
}

/** Every failure the sandbox can show, for documentation, help texts and tests. */
export const scenarioTable: readonly ScenarioDescription[] = [
  {
    write: 'crash-loop',
    where: 'annotation',
    effect: 'the container exits with 1 soon after each start: CrashLoopBackOff, restartCount grows with back-off',
  },
  {
    write: 'oom',
    where: 'annotation',
    effect: 'the container is killed for memory (exit code 137, OOMKilled) after each start: CrashLoopBackOff',
  },
  { write: 'never-ready', where: 'annotation', effect: 'the container runs, its readiness probe always fails' },
  { write: 'slow-start=<seconds>', where: 'annotation', effect: 'the container becomes ready after that many seconds' },
  { write: 'fail', where: 'annotation', effect: "a Job's container exits with 1 and says why in its log" },
  { write: 'image-missing', where: 'annotation', effect: 'ErrImagePull, then ImagePullBackOff' },
  { write: 'never-bound', where: 'annotation', effect: 'a PersistentVolumeClaim stays Pending' },
  {
    write: 'a tag that contains does-not-exist, broken or missing',
    where: 'image',
    effect: 'ErrImagePull, then ImagePullBackOff',
  },
  { write: 'an image reference that does not parse', where: 'image', effect: 'InvalidImageName' },
  {
    write: '["false"] or ["sh", "-c", "exit 1"]',
    where: 'command',
    effect: 'the container exits with that code: a Job fails, a Deployment crashes in a loop',
  },
  {
    write: 'env from a ConfigMap or Secret that does not exist',
    where: 'reference',
    effect: 'CreateContainerConfigError until it exists',
  },
  {
    write: 'a volume from a ConfigMap or Secret that does not exist',
    where: 'reference',
    effect: 'ContainerCreating with FailedMount events until it exists',
  },
  {
    write: 'a nodeSelector no node has, or requests no node can hold',
    where: 'reference',
    effect: 'Pending, PodScheduled is False with reason Unschedulable',
  },
]

export interface Scenario {
  readonly name: ScenarioName
  /** The number after `=`; 0 without one. */
  readonly seconds: number
}

const names: ReadonlySet<string> = new Set<ScenarioName>([
  'crash-loop',
  'never-ready',
  'slow-start',
  'fail',
  'image-missing',
  'oom',
  'never-bound',
])

/** The scenario an object asks for; unknown values ask for nothing. */
export function scenarioOf(object: KubeObject): Scenario | undefined {
  const value = object.metadata.annotations?.[scenarioAnnotation]
  if (value === undefined) return undefined
  const [name = '', seconds = ''] = value.split('=')
  if (!names.has(name)) return undefined
  return { name: name as ScenarioName, seconds: Number.parseFloat(seconds) || 0 }
}
