/** The control loops put together: who wakes whom. Implements what the API needs. */
import { type Application, sourcesOf } from '../api/application.ts'
import { defaultProjectName } from '../api/appproject.ts'
import { countStates } from '../api/counts.ts'
import { HalcyonError, messageOf } from '../api/errors.ts'
import { argoGroup } from '../api/names.ts'
import type { ApplicationDetail, CommitView, HistoryView, OperationView } from '../api/views.ts'
import { parseRefKey } from '../kube/object.ts'
import { pauseAfterLookMs } from '../pipeline/apply/pause.ts'
import { sameFingerprint } from '../pipeline/diff/fingerprint.ts'
import type { LiveObject } from '../pipeline/plan/types.ts'
import type { Engine, SyncRequest } from '../server/engine.ts'
import { createApplicationController } from './application.ts'
import { fromRecord, type ManagedApplication, newApplication, specDigest } from './application-state.ts'
import { approvalView, approve } from './approvals.ts'
import { type ControllerContext, remember, report } from './context.ts'
import type { Cluster } from './destinations.ts'
import { createExplainer } from './explain.ts'
import { holdView, liftHold, wakeAtEnd } from './holds.ts'
import { isSettled } from './once.ts'
import { endOperation } from './operations.ts'
import { manifestsOf, planOf } from './preview.ts'
import { createRepositoryController, type RepositoryController } from './repositories.ts'
import { isSetKey, type ManagedSet, setFromRecord, setRecord } from './set-state.ts'
import { createSetController } from './sets.ts'
import { askForSync, checkRevision } from './sync-request.ts'
import { holdAsIs, undo } from './undo.ts'
import { refreshHealth, tellParent } from './verdicts.ts'
import { applicationView, resourceViews } from './views.ts'
import { why } from './why.ts'

export interface System extends Engine {
  /** Loads what is remembered, takes in the root application, and works until the signal ends it. */
  run(root: Application, signal: AbortSignal): Promise<void>
  /** Resolves when nothing is queued or running, operations included. For tests and `--once`. */
  settled(): Promise<void>
  /** True when no application is on the way to anywhere: each is well, or waits for a commit, a person or a distant retry. */
  allSettled(): boolean
  /** Called by the destinations when a cluster is opened. */
  onOpen(cluster: Cluster): void
  /** Called when other clusters are declared than before. */
  onClustersChanged(): void
  /** Called when settings or plug-ins say something else about rendering: every application is rendered again. */
  onRenderingChanged(): void
  /** Called when a cluster Secret, or all of them, cannot be read. */
  onClusterSecretProblem(message: string): void
  /** The same for the Secrets of repositories. */
  onRepositorySecretProblem(message: string): void
  /** Called when the watches of a cluster say that it went away, and when it is back. */
  onReachability(cluster: string, reachable: boolean, error: unknown): void
  /** Called by the fleet when an application is new, changed or to be removed. */
  onChanged(app: ManagedApplication): void
  /** Called by the fleet when an AppProject is new, changed or gone. */
  onProjectChanged(name: string): void
  /** The same for an ApplicationSet. */
  onSetChanged(set: ManagedSet): void
  readonly repositories: RepositoryController
}

/** How often large applications whose verdict has to wait are looked for. */
const largeVerdictsMs = 20

export function createSystem(context: ControllerContext, version: { readonly renders: () => number }): System {
  const { fleet, queue, store, clock } = context
  const applications = createApplicationController(context)
  const repositories = createRepositoryController(context)
  const sets = createSetController(context, context.setTools)
  const explainer = createExplainer(context)
  const dirty = new Set<ManagedApplication>()
  let flushing = false
  /** When the next verdict on a large application is due. */
  const nextVerdict = new WeakMap<ManagedApplication, number>()
  let ready = false

  function liveOf(app: ManagedApplication): (key: string) => LiveObject | undefined {
    const cluster = context.destinations.opened.find(
      (one) => one.name === context.destinations.nameOf(app.manifest.spec.destination),
    )
    return (key) => (isRegistryKey(key) ? fleet.registry.live(key) : cluster?.live.get(key))
  }

  /** Many events of one application in one turn form one verdict. */
  function markDirty(app: ManagedApplication): void {
    app.changed.notify()
    dirty.add(app)
    if (flushing) return
    flushing = true
    setImmediate(flushDirty)
  }

  function flushDirty(): void {
    flushing = false
    for (const app of dirty) {
      if (clock.now() < (nextVerdict.get(app) ?? 0)) continue
      dirty.delete(app)
      const pauseMs = pauseAfterLookMs(app.inventory.size)
      if (pauseMs > 0) nextVerdict.set(app, clock.now() + pauseMs)
      refreshHealth(context, app, liveOf(app))
      if (app.health.status === 'Progressing' || app.health.status === 'Degraded') explainer.watch(app)
    }
    if (dirty.size === 0) return
    flushing = true
    clock.after(largeVerdictsMs, flushDirty)
  }

  function wake(owner: string | undefined, key: string, live: LiveObject | undefined): void {
    const app = owner === undefined ? undefined : fleet.all.get(owner)
    if (app === undefined) return
    markDirty(app)
    const recorded = app.inventory.get(key)
    if (app.running !== undefined || recorded === undefined) return
    if (live === undefined || !sameFingerprint(live.fingerprint, recorded.fingerprint)) queue.add(app.name)
  }

  fleet.registry.subscribe((key) => wake(fleet.owner(fleet.registry.name, key), key, fleet.registry.live(key)))

  function viewOf(app: ManagedApplication) {
    return applicationView(app, context.destinations.nameOf(app.manifest.spec.destination))
  }

  /** Under the name its cluster has now: a server that a Secret comes to declare has a name from then on. */
  function claimInventory(app: ManagedApplication): void {
    const cluster = context.destinations.nameOf(app.manifest.spec.destination)
    for (const key of app.inventory.keys())
      fleet.claim(isRegistryKey(key) ? fleet.registry.name : cluster, key, app.name)
  }

  /** What is remembered from before a restart: applications, their objects, and the children of each parent. */
  async function restore(root: Application): Promise<void> {
    const now = clock.now()
    const records = await store.applications()
    for (const record of records) if (isSetKey(record.name)) fleet.addSet(setFromRecord(record, now))
    for (const record of records) {
      if (isSetKey(record.name)) continue
      const implicit = record.parent === '' && record.name === root.metadata.name
      if (record.parent === '' && !implicit) continue
      const app = fromRecord(record, implicit, now)
      if (implicit) {
        app.manifest = root
        app.spec = specDigest(root)
        if (app.rendered?.spec !== app.spec) app.rendered = undefined
      }
      fleet.add(app)
      claimInventory(app)
      for (const entry of app.inventory.values()) {
        if (!isRegistryKey(entry.key) || entry.desired === '' || isForgottenSet(entry.key)) continue
        fleet.registry.restore(entry.key, parseRefKey(entry.key).name, entry.fingerprint)
      }
    }
    if (!fleet.all.has(root.metadata.name)) fleet.add(newApplication(root, '', true, now))
    // What was known of the children is what their parents know; nothing passes because it has not been looked at yet.
    for (const app of fleet.all.values()) tellParent(context, app)
    for (const hold of await store.holds()) {
      const app = fleet.all.get(hold.application)
      if (app === undefined) continue
      app.hold = hold
      wakeAtEnd(context, app)
    }
  }

  /** A process that ended between applying a set and remembering it: the parent applies it again. */
  function isForgottenSet(key: string): boolean {
    const { kind, name } = parseRefKey(key)
    return kind === 'ApplicationSet' && !fleet.sets.has(name)
  }

  async function commitView(
    app: ManagedApplication,
    sha: string,
    signal: AbortSignal,
  ): Promise<CommitView | undefined> {
    const [source] = sourcesOf(app.manifest.spec)
    if (source === undefined || source.chart !== undefined || sha === '') return undefined
    try {
      const commit = await context.pipeline.sources.open(source.repoURL).commit(sha, signal)
      return { sha: commit.sha, subject: commit.subject, author: commit.author, at: commit.authoredAt }
    } catch {
      // A folder has no commits, and a commit may be gone after a forced push.
      return undefined
    }
  }

  /** The commit that last changed what the application reads. */
  async function changeOf(
    app: ManagedApplication,
    signal: AbortSignal,
  ): Promise<(CommitView & { paths: string[] }) | undefined> {
    const [source] = sourcesOf(app.manifest.spec)
    const head = app.revisions[0] ?? app.change?.commit
    if (source === undefined || source.chart !== undefined || head === undefined) return undefined
    const paths = (app.rendered?.readSets[0] ?? []).map((entry) => entry.path)
    try {
      const repository = context.pipeline.sources.open(source.repoURL)
      const commit = await repository.lastChange(head, paths.length === 0 ? [source.path ?? ''] : paths, signal)
      if (commit === undefined) return undefined
      const parent = commit.parents[0]
      const changed = parent === undefined ? [] : await repository.changedPaths(parent, commit.sha, signal)
      return {
        sha: commit.sha,
        subject: commit.subject,
        author: commit.author,
        at: commit.authoredAt,
        paths: changed.slice(0, 5).map((one) => one.path),
      }
    } catch {
      return undefined
    }
  }

  const bound = () => AbortSignal.timeout(10_000)

  /** Everything up to the first write. Throws what a sync would fail with before it: the server refuses, the plan is refused. */
  async function dryRun(app: ManagedApplication, request: SyncRequest): Promise<OperationView> {
    const at = new Date(clock.now()).toISOString()
    const plan = await planOf(context, app, bound(), request)
    if (plan.refused !== undefined) throw new HalcyonError(plan.refused.reason, plan.refused.message)
    return {
      id: 'dry-run',
      kind: 'sync',
      phase: 'Succeeded',
      initiatedBy: request.initiatedBy,
      revision: plan.view.revision,
      startedAt: at,
      finishedAt: at,
      deadline: at,
      message: `dry run: ${plan.summary}; nothing was written`,
      attempts: 0,
    }
  }

  return {
    repositories,
    onOpen(cluster) {
      cluster.live.subscribe((key, live) => wake(fleet.owner(cluster.name, key), key, live))
    },
    onRenderingChanged() {
      for (const app of fleet.all.values()) {
        app.projectChanged = true
        queue.add(app.name)
      }
    },
    onClustersChanged() {
      const known = context.clusterSecrets.list.map(({ secret }) => secret.connection.name)
      const message = `cluster Secrets declare ${known.join(', ') || 'no clusters'}`
      report(context, { type: 'ClustersDeclared', application: '', message })
      const firstName = context.destinations.nameOf({})
      context.destinations.changed().catch((error: unknown) => {
        context.logger.error({ err: error }, 'a cluster that is not declared any more could not be closed')
      })
      for (const app of fleet.all.values()) {
        const cluster = context.destinations.nameOf(app.manifest.spec.destination)
        if (cluster === firstName) continue
        claimInventory(app)
        queue.add(app.name)
      }
      for (const set of fleet.sets.values()) queue.add(set.key)
    },
    onClusterSecretProblem(message) {
      report(context, { type: 'ClusterSecretUnreadable', application: '', message, reason: 'ClusterUnknown' })
    },
    onRepositorySecretProblem(message) {
      report(context, {
        type: 'RepositorySecretUnreadable',
        application: '',
        message,
        reason: 'RepositoryAccessDenied',
      })
    },
    onReachability(cluster, reachable, error) {
      if (!reachable) {
        const message = `Cannot follow cluster ${cluster}: ${messageOf(error)}`
        report(context, { type: 'ClusterUnreachable', application: '', message, reason: 'ClusterUnavailable' })
        return
      }
      report(context, { type: 'ClusterReachable', application: '', message: `cluster ${cluster} can be reached again` })
      for (const app of fleet.all.values()) {
        if (context.destinations.nameOf(app.manifest.spec.destination) !== cluster) continue
        // The cause of its failure is over: the next try need not wait for its turn.
        if (app.attempts?.reason === 'ClusterUnavailable') app.attempts = { ...app.attempts, lastAt: 0 }
        if (app.reason === 'ClusterUnavailable') queue.add(app.name)
      }
    },
    onChanged(app) {
      if (app.deleting === undefined) repositories.track(app)
      else repositories.forget(app)
      queue.add(app.name)
    },
    onProjectChanged(name) {
      for (const app of fleet.all.values()) {
        if (app.implicit || (app.manifest.spec.project || defaultProjectName) !== name) continue
        app.projectChanged = true
        queue.add(app.name)
      }
    },
    onSetChanged(set) {
      if (!set.deleting) void remember(store.putApplication(setRecord(set)))
      queue.add(set.key)
    },
    async run(root, signal) {
      await restore(root)
      for (const app of fleet.all.values()) {
        repositories.track(app)
        repositories.noteRendered(app)
        queue.add(app.name, app.implicit ? 'high' : 'normal')
      }
      for (const set of fleet.sets.values()) queue.add(set.key)
      ready = true
      const following = Promise.all([context.clusterSecrets.run(signal), context.repositorySecrets.run(signal)])
      try {
        await queue.run(async (name, passSignal) => {
          if (isSetKey(name)) return sets.reconcile(name, passSignal)
          const outcome = await applications.reconcile(name, passSignal)
          const app = fleet.all.get(name)
          if (app !== undefined) {
            repositories.noteRendered(app)
            if (app.health.status === 'Progressing' || app.health.status === 'Degraded') explainer.watch(app)
          }
          return outcome
        }, signal)
      } finally {
        explainer.close()
        sets.close()
        repositories.close()
        await applications.close()
        await following
      }
    },
    async settled() {
      for (;;) {
        await queue.idle()
        const running = [...fleet.all.values()].flatMap((app) => (app.running === undefined ? [] : [app.running.done]))
        if (running.length === 0) return
        await Promise.race(running)
      }
    },
    allSettled() {
      if (!ready || queue.size > 0 || queue.running > 0 || dirty.size > 0) return false
      const now = clock.now()
      for (const app of fleet.all.values()) if (!isSettled(app, context.settings, now)) return false
      return true
    },
    applications: () => [...fleet.all.values()].map(viewOf).sort((a, b) => (a.name < b.name ? -1 : 1)),
    counts: () => countStates(fleet.all.values()),
    async application(name): Promise<ApplicationDetail> {
      const app = fleet.get(name)
      const change = await changeOf(app, bound())
      return {
        ...viewOf(app),
        resources: resourceViews(app, liveOf(app)),
        warnings: app.warnings,
        ...approvalView(app),
        ...(change === undefined
          ? {}
          : { lastChange: { sha: change.sha, subject: change.subject, author: change.author, at: change.at } }),
      }
    },
    async sync(name, request) {
      const app = fleet.get(name)
      if (context.settings.readOnly)
        throw new HalcyonError('UsageInvalid', `Cannot sync ${name}: this process is read-only`)
      if (request.revision !== undefined) await checkRevision(context, app, request.revision, bound())
      if (request.dryRun === true) return dryRun(app, request)
      const operation = await askForSync(context, app, request)
      if (operation !== undefined) return operation
      throw new HalcyonError(
        'UsageInvalid',
        `Cannot sync ${name}: nothing differs from Git and there are no hooks to run`,
      )
    },
    async refresh(name, { hard }) {
      const apps = name === undefined ? [...fleet.all.values()] : [fleet.get(name)]
      const urls = new Set(
        apps.flatMap((app) => sourcesOf(app.manifest.spec).flatMap((source) => (source.chart ? [] : [source.repoURL]))),
      )
      await Promise.all([...urls].map((url) => repositories.refresh(url, bound())))
      for (const app of apps) {
        if (hard) app.rendered = undefined
        queue.add(app.name)
      }
      await queue.idle()
    },
    async terminate(name) {
      const app = fleet.get(name)
      await endOperation(app, 'Terminated', `Cannot finish sync of ${name}: a person ended it`)
    },
    undo: async (name, request) => undo(context, fleet.get(name), request, bound()),
    async hold(name, request) {
      return holdView(await holdAsIs(context, fleet.get(name), request))
    },
    approve: async (name, request) => approve(context, fleet.get(name), request),
    async resume(name, who) {
      const app = fleet.get(name)
      await liftHold(context, app, `resumed by ${who}`)
      app.attempts = undefined
      queue.add(name, 'high')
    },
    manifests: (name, options) => manifestsOf(context, fleet.get(name), options, bound()),
    plan: async (name) => (await planOf(context, fleet.get(name), bound())).view,
    async why(name) {
      const app = fleet.get(name)
      const signal = bound()
      await explainer.explain(app, signal)
      const history = await store.history(name, 20)
      const before = history.find((entry) => entry.phase === 'Succeeded' && entry.revisions[0] !== app.revisions[0])
      const [source] = sourcesOf(app.manifest.spec)
      return why({
        app,
        now: clock.now(),
        change: await changeOf(app, signal),
        before:
          before === undefined ? undefined : { revision: before.revisions[0] ?? '', finishedAt: before.finishedAt },
        repositoryFailure: source === undefined ? undefined : repositories.failing.get(source.repoURL),
        impact: explainer.impact(app),
      })
    },
    async history(name, limit): Promise<readonly HistoryView[]> {
      const app = fleet.get(name)
      const records = await store.history(name, limit)
      return Promise.all(
        records.map(async (record) => {
          const commit = await commitView(app, record.revisions[0] ?? '', bound())
          return {
            id: record.id,
            revision: record.revisions[0] ?? '',
            bundle: record.bundle,
            startedAt: record.startedAt,
            finishedAt: record.finishedAt,
            phase: record.phase,
            message: record.message,
            initiatedBy: record.initiatedBy,
            changes: record.changes,
            ...(commit === undefined ? {} : { commit }),
          }
        }),
      )
    },
    events: (query) => store.events(query),
    follow: (cursor, signal) => store.follow(cursor, signal),
    decisions: (query) => store.decisions(query),
    webhook(urls) {
      const woken =
        urls.length === 0
          ? context.pipeline.sources.poke(undefined)
          : urls.reduce((sum, url) => sum + context.pipeline.sources.poke(url), 0)
      const generating = sets.poke(urls)
      report(context, {
        type: 'WebhookReceived',
        application: '',
        message: `${urls.join(', ') || 'all repositories'}: ${woken + generating} woken`,
      })
      return woken + generating
    },
    notReady: () => [
      ...(ready ? [] : ['the control loops have not started']),
      ...(store.failing === undefined ? [] : [store.failing]),
    ],
    statistics: () => ({
      renders: version.renders(),
      requests: context.destinations.opened.reduce(
        (sum, cluster) => ({
          mutating: sum.mutating + cluster.client.counters.mutating,
          other: sum.other + cluster.client.counters.other,
        }),
        { mutating: 0, other: 0 },
      ),
    }),
  }
}

function isRegistryKey(key: string): boolean {
  return (
    key.startsWith(`${argoGroup}/Application/`) ||
    key.startsWith(`${argoGroup}/AppProject/`) ||
    key.startsWith(`${argoGroup}/ApplicationSet/`)
  )
}
