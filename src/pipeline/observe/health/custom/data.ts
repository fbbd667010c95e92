/** Health of databases, brokers and search: operators that report a phase of their own. Pure. */
import { getCondition, getList, getNumber, getString } from '../../../../kube/fields.ts'
import type { KubeObject } from '../../../../kube/object.ts'
import { counted } from '../observed.ts'
import { degraded, type HealthCheck, type HealthVerdict, healthy, progressing, suspended } from '../verdict.ts'
import type { Checks } from './checks.ts'
import {
  anyWord,
  firstOf,
  on,
  readyOrDegraded,
  type Step,
  staleIsProgressing,
  stoppedBy,
  word,
  wordsOf,
} from './steps.ts'

/** `Creating` is the reason of a cluster's first NotReady. */
const strimzi = firstOf(
  on('NotReady', 'True', 'Degraded', { notReason: 'Creating' }),
  on('Ready', 'True', 'Healthy'),
  on('ReconciliationPaused', 'True', 'Suspended'),
)

const cnpgStopped: Step = (object) => {
  if (object.metadata.annotations?.['cnpg.io/reconciliation'] === 'disabled') {
    return suspended('its reconciliation is disabled')
  }
  const hibernation = getCondition(object, 'cnpg.io/hibernation')
  if (hibernation === undefined) return undefined
  return hibernation.status === 'True' ? suspended(wordsOf(hibernation)) : degraded(wordsOf(hibernation))
}

/** The phases of CloudNativePG are sentences. Which of them mean what is the judgement of the check that Argo CD ships. */
const cnpgPhases = word(
  ['status', 'phase'],
  {
    Healthy: ['Cluster in healthy state'],
    Progressing: [
      'Setting up primary',
      'Creating a new replica',
      'Upgrading cluster',
      'Waiting for the instances to become active',
      'Promoting to primary cluster',
    ],
    Degraded: [
      'Switchover in progress',
      'Failing over',
      'Upgrading Postgres major version',
      'Cluster upgrade delayed',
      'Waiting for user action',
      'Primary instance is being restarted in-place',
      'Primary instance is being restarted without a switchover',
      'Cluster cannot execute instance online upgrade due to missing architecture binary',
      'Online upgrade in progress',
      'Applying configuration',
    ],
    Suspended: [
      'Unable to create required cluster objects',
      'Cluster cannot proceed to reconciliation due to an unknown plugin being required',
      'Cluster has incomplete or invalid image catalog',
      'Cluster is unrecoverable and needs manual intervention',
    ],
  },
  ['status', 'phaseReason'],
)

const zalando = firstOf(
  word(['status', 'PostgresClusterStatus'], { Healthy: ['Running'], Progressing: ['Creating', 'Updating'] }),
  anyWord(['status', 'PostgresClusterStatus'], 'Degraded'),
)

/** Crunchy: every set of instances has the Pods it was asked for. */
const crunchyInstances: Step = (object) => {
  const sets = getList(object, 'status', 'instances')
  if (sets.length === 0) return undefined
  for (const set of sets) {
    const wanted = getNumber(set, 'replicas') ?? 0
    const ready = getNumber(set, 'readyReplicas') ?? 0
    if (ready < wanted) return progressing(`${ready} of ${wanted} instances of ${getString(set, 'name') ?? '?'} ready`)
  }
  return healthy
}

const rabbit: HealthCheck = (object: KubeObject): HealthVerdict => {
  const reconciled = getCondition(object, 'ReconcileSuccess')
  if (reconciled?.status === 'False') return degraded(wordsOf(reconciled))
  const available = getCondition(object, 'ClusterAvailable')
  const replicas = getCondition(object, 'AllReplicasReady')
  if (
    replicas?.status === 'False' &&
    replicas.reason === 'ScaledToZero' &&
    getNumber(object, 'spec', 'replicas') === 0
  ) {
    return suspended('it is scaled to 0 replicas')
  }
  for (const condition of [available, replicas]) {
    if (condition !== undefined && condition.status !== 'True') return progressing(wordsOf(condition))
  }
  return available !== undefined && replicas !== undefined ? healthy : progressing('waiting for its controller')
}

/** Elastic: nodes first, then phase, then the colour. Yellow lacks replicas of shards, which Argo CD calls Degraded. */
const elasticsearch: HealthCheck = (object: KubeObject): HealthVerdict => {
  const wanted = getList(object, 'spec', 'nodeSets').reduce<number>(
    (sum, set) => sum + (getNumber(set, 'count') ?? 0),
    0,
  )
  const available = getNumber(object, 'status', 'availableNodes')
  const phase = getString(object, 'status', 'phase')
  const colour = getString(object, 'status', 'health')
  if (available !== undefined && available < wanted) return progressing(`${available} of ${wanted} nodes available`)
  if (available === wanted && colour !== undefined) {
    if (phase === 'Invalid') return degraded('its spec is invalid')
    if (phase === 'ApplyingChanges' || phase === 'MigratingData') return progressing(phase)
    if (phase === 'Ready' && colour === 'green') return healthy
    if (phase === 'Ready' && (colour === 'yellow' || colour === 'red')) return degraded(`the cluster is ${colour}`)
  }
  return { status: 'Unknown', message: 'neither nodes nor phase say how it is' }
}

const elasticParts = firstOf(
  word(['status', 'health'], { Healthy: ['green'], Progressing: ['yellow'], Degraded: ['red'] }),
)

const mongo = firstOf(
  staleIsProgressing,
  word(['status', 'phase'], {
    Healthy: ['Running'],
    Progressing: ['Pending', 'Reconciling', 'Updated'],
    Degraded: ['Failed', 'Unsupported'],
    Suspended: ['Disabled'],
  }),
)

const percona = firstOf(
  word(['status', 'state'], {
    Healthy: ['ready'],
    Progressing: ['initializing', 'stopping', 'unknown'],
    Degraded: ['error'],
    Suspended: ['paused'],
  }),
)

/** Longhorn: a detached volume waits for a Pod and is well; one with a replica too few is rebuilding it. */
const longhornVolume: HealthCheck = (object) => {
  const robustness = getString(object, 'status', 'robustness') ?? ''
  if (robustness === 'faulted') return degraded('the volume is faulted')
  const state = getString(object, 'status', 'state') ?? ''
  const well = state === 'detached' || (state === 'attached' && robustness === 'healthy')
  return well ? healthy : progressing(state === '' ? 'not looked at yet' : `the volume is ${state} and ${robustness}`)
}

/** Replica sets of Valkey, Redis and the like that count as Deployments do are read by their conditions. */
export const dataChecks: Checks = {
  'kafka.strimzi.io/*': strimzi,
  'postgresql.cnpg.io/Cluster': firstOf(cnpgStopped, cnpgPhases, (object) =>
    getString(object, 'status', 'phase') === undefined
      ? undefined
      : { status: 'Unknown', message: getString(object, 'status', 'phaseReason') ?? '' },
  ),
  'postgresql.cnpg.io/Backup': firstOf(
    word(['status', 'phase'], { Healthy: ['completed'], Degraded: ['failed', 'walArchivingFailing'] }, [
      'status',
      'error',
    ]),
  ),
  'postgresql.cnpg.io/Pooler': (object) =>
    counted(object, 'instances') < (getNumber(object, 'spec', 'instances') ?? 1)
      ? progressing('not all instances are there')
      : healthy,
  'acid.zalan.do/postgresql': zalando,
  'postgres-operator.crunchydata.com/PostgresCluster': firstOf(
    stoppedBy('spec', 'shutdown'),
    staleIsProgressing,
    on('PersistentVolumeResizeError', 'True', 'Degraded'),
    crunchyInstances,
  ),
  'rabbitmq.com/RabbitmqCluster': rabbit,
  'rabbitmq.com/*': firstOf(...readyOrDegraded),
  'elasticsearch.k8s.elastic.co/Elasticsearch': elasticsearch,
  '*.k8s.elastic.co/*': elasticParts,
  'mongodbcommunity.mongodb.com/MongoDBCommunity': mongo,
  'mongodb.com/*': mongo,
  'psmdb.percona.com/PerconaServerMongoDB': percona,
  'pxc.percona.com/PerconaXtraDBCluster': percona,
  'pgv2.percona.com/PerconaPGCluster': percona,
  'longhorn.io/Volume': longhornVolume,
}
