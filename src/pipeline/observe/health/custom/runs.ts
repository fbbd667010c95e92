/** Health of things that run and end: pipelines, Spark and Flink jobs, backups, snapshots, imports. Pure. */
import { getField, getString } from '../../../../kube/fields.ts'
import { type HealthCheck, healthy, progressing } from '../verdict.ts'
import type { Checks } from './checks.ts'
import { firstOf, on, type Step, word } from './steps.ts'

const tekton = firstOf(
  on('Succeeded', 'True', 'Healthy'),
  on('Succeeded', 'False', 'Degraded'),
  on('Succeeded', 'Unknown', 'Progressing'),
)

const velero = firstOf(
  word(['status', 'phase'], {
    Healthy: ['Completed'],
    Degraded: [
      'Failed',
      'PartiallyFailed',
      'FailedValidation',
      'WaitingForPluginOperationsPartiallyFailed',
      'FinalizingPartiallyFailed',
    ],
    Progressing: [
      'New',
      'Queued',
      'ReadyToStart',
      'InProgress',
      'WaitingForPluginOperations',
      'Finalizing',
      'Deleting',
    ],
  }),
)

/** A running application is well when all the executors that were asked for run. */
const sparkRunning: Step = (object) => {
  if (getString(object, 'status', 'applicationState', 'state') !== 'RUNNING') return undefined
  const states = Object.values(getField(object, 'status', 'executorState') ?? {})
  const running = states.filter((state) => state === 'RUNNING').length
  const wanted = getField(object, 'spec', 'executor', 'instances')
  return running === wanted ? healthy : progressing(`${running} of ${wanted ?? '?'} executors running`)
}

const spark = firstOf(
  sparkRunning,
  word(
    ['status', 'applicationState', 'state'],
    {
      Healthy: ['COMPLETED'],
      Degraded: ['FAILED', 'SUBMISSION_FAILED', 'FAILING'],
      Missing: ['INVALIDATING'],
      Suspended: ['SUSPENDED', 'SUSPENDING'],
      Progressing: ['SUBMITTED', 'PENDING_RERUN', 'SUCCEEDING', 'UNKNOWN', 'RESUMING'],
    },
    ['status', 'applicationState', 'errorMessage'],
  ),
)

const flinkDone: Step = (object) => {
  const done = getField(object, 'status', 'reconciliationStatus', 'success') === true
  return done || getString(object, 'status', 'reconciliationStatus', 'state') === 'DEPLOYED' ? healthy : undefined
}

const flink = firstOf(
  flinkDone,
  word(
    ['status', 'jobManagerDeploymentStatus'],
    { Progressing: ['DEPLOYED_NOT_READY', 'DEPLOYING'], Degraded: ['ERROR'] },
    ['status', 'reconciliationStatus', 'error'],
  ),
)

const snapshot: HealthCheck = (object) => {
  const error = getString(object, 'status', 'error', 'message')
  if (error !== undefined) return { status: 'Degraded', message: error }
  return getField(object, 'status', 'readyToUse') === true ? healthy : progressing('the snapshot is not ready to use')
}

export const runChecks: Checks = {
  'tekton.dev/PipelineRun': tekton,
  'tekton.dev/TaskRun': tekton,
  'tekton.dev/CustomRun': tekton,
  'velero.io/Backup': velero,
  'velero.io/Restore': velero,
  'sparkoperator.k8s.io/SparkApplication': spark,
  'flink.apache.org/FlinkDeployment': flink,
  'flink.apache.org/FlinkSessionJob': flink,
  'snapshot.storage.k8s.io/VolumeSnapshot': snapshot,
  'cdi.kubevirt.io/DataVolume': firstOf(
    word(['status', 'phase'], {
      Healthy: ['Succeeded', 'WaitForFirstConsumer', 'PendingPopulation'],
      Degraded: ['Failed', 'Unknown'],
    }),
  ),
}
