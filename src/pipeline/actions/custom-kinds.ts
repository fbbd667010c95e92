/** Actions of custom kinds: Argo Rollouts and Workflows, Flux, External Secrets. Pure. */
import { getBoolean, getField, getList, getNumber, getRecord, getString } from '../../kube/fields.ts'
import type { KubeObject } from '../../kube/object.ts'
import { annotate, mapAt, minuteStamp, patched, setSpec, timestamp } from './edits.ts'
import type { BuiltinAction } from './types.ts'

function isPaused(object: KubeObject): boolean {
  return getList(object, 'status', 'pauseConditions').length > 0 || getBoolean(object, 'spec', 'paused') === true
}

/** The pods of the newest template are the stable ones: nothing is under way. */
function isPromoted(object: KubeObject): boolean {
  return getString(object, 'status', 'currentPodHash') === getString(object, 'status', 'stableRS')
}

function isAborted(object: KubeObject): boolean {
  return getBoolean(object, 'status', 'abort') === true
}

function isObserved(object: KubeObject): boolean {
  const observed = Number(getField(object, 'status', 'observedGeneration'))
  return Number.isNaN(observed) || observed === getNumber(object, 'metadata', 'generation')
}

function stepsLeft(object: KubeObject): boolean {
  const steps = getList(object, 'spec', 'strategy', 'canary', 'steps').length
  return (getNumber(object, 'status', 'currentStepIndex') ?? 0) < steps
}

/** The controller reads these members of the status as requests. */
const rollout: readonly BuiltinAction[] = [
  {
    name: 'restart',
    run(object, _params, now) {
      mapAt(object, 'spec')['restartAt'] = timestamp(now)
      return patched(object)
    },
  },
  {
    name: 'resume',
    disabled: (object) => !isPaused(object),
    run(object) {
      delete mapAt(object, 'status')['pauseConditions']
      mapAt(object, 'spec')['paused'] = false
      return patched(object)
    },
  },
  {
    name: 'abort',
    disabled: (object) => isPromoted(object) || isAborted(object),
    run(object) {
      mapAt(object, 'status')['abort'] = true
      return patched(object)
    },
  },
  {
    name: 'retry',
    disabled: (object) => isPromoted(object) || !isAborted(object),
    run(object) {
      delete mapAt(object, 'status')['abort']
      return patched(object)
    },
  },
  {
    name: 'promote-full',
    disabled: (object) => getRecord(object, 'status') === undefined || isPromoted(object) || !isObserved(object),
    run(object) {
      mapAt(object, 'status')['promoteFull'] = true
      return patched(object)
    },
  },
  setSpec('pause', 'paused', true, (object) => isPromoted(object) || getBoolean(object, 'spec', 'paused') === true),
  {
    name: 'skip-current-step',
    disabled: (object) => !stepsLeft(object),
    run(object) {
      const status = mapAt(object, 'status')
      delete status['pauseConditions']
      status['currentStepIndex'] = (getNumber(status, 'currentStepIndex') ?? 0) + 1
      return patched(object)
    },
  },
]

/** A Workflow from a template or a schedule, as a person would submit it. */
function createWorkflow(specOf: (object: KubeObject) => Record<string, unknown>): BuiltinAction {
  return {
    name: 'create-workflow',
    run(object, _params, now) {
      const { name = '', namespace, uid = '' } = object.metadata
      const resource: KubeObject = {
        apiVersion: object.apiVersion,
        kind: 'Workflow',
        metadata: {
          name: `${name}-${minuteStamp(now)}`,
          ...(namespace === undefined ? {} : { namespace }),
          ...(object.kind === 'CronWorkflow' && {
            labels: { 'workflows.argoproj.io/cron-workflow': name },
            annotations: { 'workflows.argoproj.io/scheduled-time': timestamp(now) },
            ownerReferences: [{ apiVersion: object.apiVersion, kind: object.kind, name, uid }],
          }),
        },
        spec: specOf(object),
      }
      return [{ operation: 'create', resource }]
    },
  }
}

const isSuspended = (object: KubeObject) => getBoolean(object, 'spec', 'suspend') === true

const flux: readonly BuiltinAction[] = [
  annotate('reconcile', 'reconcile.fluxcd.io/requestedAt', timestamp),
  setSpec('suspend', 'suspend', true, isSuspended),
  setSpec('resume', 'suspend', false, (object) => !isSuspended(object)),
]

const refresh = [annotate('refresh', 'force-sync', (now) => String(Math.floor(now / 1000)))]

export const customKindActions: Readonly<Record<string, readonly BuiltinAction[]>> = {
  'argoproj.io/Rollout': rollout,
  'argoproj.io/AnalysisRun': [
    {
      name: 'terminate',
      disabled: (object) => !['Pending', 'Running'].includes(getString(object, 'status', 'phase') ?? 'Pending'),
      run(object) {
        mapAt(object, 'spec')['terminate'] = true
        return patched(object)
      },
    },
  ],
  'argoproj.io/CronWorkflow': [
    createWorkflow((object) => getRecord(object, 'spec', 'workflowSpec') ?? {}),
    setSpec('suspend', 'suspend', true, isSuspended),
    setSpec('resume', 'suspend', false, (object) => !isSuspended(object)),
  ],
  'argoproj.io/WorkflowTemplate': [
    createWorkflow((object) => ({ workflowTemplateRef: { name: object.metadata.name ?? '' } })),
  ],
  'kustomize.toolkit.fluxcd.io/Kustomization': flux,
  'helm.toolkit.fluxcd.io/HelmRelease': flux,
  'source.toolkit.fluxcd.io/GitRepository': flux,
  'source.toolkit.fluxcd.io/OCIRepository': flux,
  'source.toolkit.fluxcd.io/Bucket': flux,
  'source.toolkit.fluxcd.io/HelmRepository': flux,
  'source.toolkit.fluxcd.io/HelmChart': flux,
  'image.toolkit.fluxcd.io/ImageRepository': flux,
  'image.toolkit.fluxcd.io/ImageUpdateAutomation': flux,
  'external-secrets.io/ExternalSecret': refresh,
  'external-secrets.io/PushSecret': refresh,
}
