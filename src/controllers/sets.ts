/**
 * The loop over one ApplicationSet: generates, decides, takes in and dismisses. A generator that has no answer changes nothing; the set
 * says so until it has one. Effects: what generators read, the fleet, the store.
 */
import type { Application } from '../api/application.ts'
import { type ApplicationSet, readApplicationSet } from '../api/applicationset.ts'
import type { Reason } from '../api/reasons.ts'
import type { GeneratorContext } from '../delivery/applicationset/context.ts'
import { generateApplications } from '../delivery/applicationset/generate.ts'
import { requeueAfterMs } from '../delivery/applicationset/requeue.ts'
import { planRollout, rollingSteps } from '../delivery/applicationset/rollout.ts'
import { type Path, planSet, rulesFor, type SetPlan } from '../delivery/applicationset/set-plan.ts'
import type { TemplateEngine } from '../delivery/applicationset/templates.ts'
import { concernsGenerators } from '../delivery/applicationset/webhook.ts'
import { clusterReads } from '../generators/cluster-reads.ts'
import { gitTreeOf } from '../generators/git-trees.ts'
import type { GeneratorHttp } from '../generators/http.ts'
import type { KubeObject } from '../kube/object.ts'
import { backoffMs } from '../runtime/retry.ts'
import type { Outcome } from '../runtime/work-queue.ts'
import { parseApplication } from '../targets/applications.ts'
import { type ControllerContext, remember, report } from './context.ts'
import { deletionRulesOf } from './policy.ts'
import { type ManagedSet, nameOfSetKey, setRecord } from './set-state.ts'
import { askForSync } from './sync-request.ts'
import { problemOf } from './verdicts.ts'

export interface SetController {
  reconcile(key: string, signal: AbortSignal): Promise<Outcome>
  /** A code host says that something about these repositories changed. Returns how many sets look again. */
  poke(urls: readonly string[]): number
  close(): void
}

/** What generators need of the outside, besides the repositories and clusters of the engine. */
export interface SetTools {
  readonly templates: TemplateEngine
  readonly http: GeneratorHttp
}

const done: Outcome = { kind: 'done' }
const backoff = { baseMs: 1_000, factor: 2, maxMs: 120_000, jitter: 0.2 }

export function createSetController(context: ControllerContext, tools: SetTools): SetController {
  const { fleet, pipeline } = context

  async function converge(set: ManagedSet, signal: AbortSignal): Promise<Outcome> {
    const { set: manifest, warnings } = readApplicationSet(set.object)
    const steps = rollingSteps(manifest)
    set.rolls = steps !== undefined
    const used = new Set<string>()
    const generated = await generateApplications(manifest, worldOf(set, used, signal), {
      namespace: pipeline.controlNamespace,
      memory: set.memory,
    })
    watch(set, used)
    const wanted = generated.map((one) => parseApplication(steps === undefined ? one : withoutAutomation(one)))
    const existing = new Map(childrenOf(set).map((app) => [app.name, app.manifest as unknown as KubeObject]))
    const objects = wanted as unknown as readonly KubeObject[]
    const ignored = await ignoredPaths(manifest, objects, existing, signal)
    const plan = planSet(manifest, objects, existing, deletionRulesOf(manifest), ignored)
    act(set, plan)
    set.failures = 0
    if (plan.refused !== undefined) say(set, plan.refused.reason, plan.refused.message, 'ApplicationSetRefused')
    else settle(set, plan, generated.length, [...warnings, ...unsupported(manifest)])
    if (steps !== undefined) roll(set, manifest)
    await remember(context.store.putApplication(setRecord(set)))
    const afterMs = requeueAfterMs(manifest)
    return afterMs === undefined ? done : { kind: 'requeue', afterMs }
  }

  function worldOf(set: ManagedSet, used: Set<string>, signal: AbortSignal): GeneratorContext {
    return {
      templates: tools.templates,
      async git(repoURL, revision) {
        used.add(repoURL)
        if (set.stale.has(repoURL)) {
          await pipeline.sources.open(repoURL).fetch(signal)
          set.stale.delete(repoURL)
        }
        return gitTreeOf(pipeline.sources, repoURL, revision, signal)
      },
      http: (request) => tools.http.send(request, signal),
      ...clusterReads(
        async () => (await context.destinations.cluster({}, signal)).client,
        pipeline.controlNamespace,
        signal,
      ),
      now: () => context.clock.now(),
      signal,
    }
  }

  /** Watches what the generators read; what they no longer read is let go. */
  function watch(set: ManagedSet, used: ReadonlySet<string>): void {
    for (const [url, stop] of set.watched) {
      if (used.has(url)) continue
      stop()
      set.watched.delete(url)
    }
    for (const url of used) {
      if (set.watched.has(url)) continue
      const stop = pipeline.sources.watch(url, () => {
        set.stale.add(url)
        context.queue.add(set.key)
      })
      set.watched.set(url, stop)
    }
  }

  function childrenOf(set: ManagedSet) {
    return [...fleet.all.values()].filter((app) => app.parent === set.key && app.deleting === undefined)
  }

  /** What jq selects in an application as it is and as it is to be. Throws SpecInvalid for an expression that does not work. */
  async function ignoredPaths(
    manifest: ApplicationSet,
    wanted: readonly KubeObject[],
    existing: ReadonlyMap<string, KubeObject>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, readonly Path[]>> {
    const found = new Map<string, readonly Path[]>()
    for (const next of wanted) {
      const name = next.metadata.name ?? ''
      const present = existing.get(name)
      const expressions = rulesFor(manifest, name).flatMap((rule) => rule.jqPathExpressions ?? [])
      if (present === undefined || expressions.length === 0) continue
      const paths: Path[] = []
      for (const expression of expressions) {
        for (const value of [present, next]) paths.push(...(await context.jq.paths(expression, value, signal)))
      }
      found.set(name, paths)
    }
    return found
  }

  /** Throws SharedResource before anything is taken in. */
  function act(set: ManagedSet, plan: SetPlan): void {
    for (const application of plan.create) fleet.refuseHeld(application.metadata.name ?? '', set.key)
    for (const application of [...plan.create, ...plan.update]) {
      fleet.take(application as unknown as Application, set.key)
    }
    for (const name of plan.remove) fleet.dismiss(name)
    const { create, update, remove } = plan
    if (create.length + update.length + remove.length === 0) return
    report(context, {
      type: 'ApplicationSetGenerated',
      application: set.parent,
      message: `ApplicationSet ${set.name}: ${create.length} applications created, ${update.length} updated, ${remove.length} removed`,
    })
  }

  /** The applications whose turn it is are synced as a person would. */
  function roll(set: ManagedSet, manifest: ApplicationSet): void {
    const steps = rollingSteps(manifest) ?? []
    const children = childrenOf(set).sort((a, b) => (a.name < b.name ? -1 : 1))
    const rollout = planRollout(
      steps,
      children.map((app) => ({
        name: app.name,
        labels: app.manifest.metadata.labels ?? {},
        // What was not compared yet counts as on the way: nobody knows that it is well.
        synced: app.sync.status === 'Synced',
        healthy: app.health.status === 'Healthy' && app.reason === '',
        running: app.running !== undefined || app.request !== undefined || app.sync.status === 'Unknown',
      })),
    )
    for (const app of children) if (app.sync.status === 'Synced') set.asked.delete(app.name)
    for (const name of rollout.sync) {
      const app = fleet.all.get(name)
      if (app === undefined || context.settings.readOnly) continue
      // One state is asked for once: a sync that failed, or that leaves a difference, is for a new commit or a person.
      const state = [app.spec, ...app.revisions].join(' ')
      if (set.asked.get(name) === state) continue
      set.asked.set(name, state)
      // Why it cannot start is a problem of the application, which says it itself.
      askForSync(context, app, { initiatedBy: 'rollout' }).catch(() => {})
    }
  }

  function settle(set: ManagedSet, plan: SetPlan, count: number, warnings: readonly string[]): void {
    if (set.reason !== '') {
      report(context, {
        type: 'ApplicationSetRecovered',
        application: set.parent,
        message: `ApplicationSet ${set.name} generates again: ${count} applications`,
      })
    }
    set.reason = ''
    const kept = plan.kept.length === 0 ? [] : [`${plan.kept.length} left as they are (${plan.kept[0]!.because})`]
    set.message = [`${count} applications`, ...kept, ...warnings].join('; ')
    set.since = context.clock.now()
    fleet.registry.setHealth(set.name, 'Healthy', set.message, 'ApplicationSet')
  }

  /** Says what is wrong, once: an unchanged message is no event. */
  function say(set: ManagedSet, reason: Reason, message: string, type: string): void {
    if (set.reason !== reason || set.message !== message) {
      report(context, { type, application: set.parent, message, reason })
      context.logger.warn({ applicationSet: set.name, reason }, message)
      set.since = context.clock.now()
    }
    set.reason = reason
    set.message = message
    fleet.registry.setHealth(set.name, 'Degraded', message, 'ApplicationSet')
  }

  /** The set left Git: its applications go with it, as their finalizers say, unless its policy keeps them. */
  async function remove(set: ManagedSet): Promise<Outcome> {
    for (const stop of set.watched.values()) stop()
    set.watched.clear()
    const policy = readPolicy(set)
    if (policy === 'sync' || policy === 'create-delete') {
      for (const app of childrenOf(set)) fleet.dismiss(app.name)
    }
    await remember(context.store.deleteApplication(set.key))
    report(context, {
      type: 'ApplicationSetRemoved',
      application: set.parent,
      message: `ApplicationSet ${set.name} left Git`,
    })
    fleet.forgetSet(set.name)
    return done
  }

  return {
    async reconcile(key, signal) {
      const set = fleet.sets.get(nameOfSetKey(key))
      if (set === undefined) return done
      if (set.deleting) return remove(set)
      try {
        return await converge(set, signal)
      } catch (error) {
        if (signal.aborted) return done
        const { reason, message } = problemOf(error)
        say(set, reason, message, 'ApplicationSetFailed')
        set.failures++
        await remember(context.store.putApplication(setRecord(set)))
        return { kind: 'requeue', afterMs: backoffMs(set.failures, backoff, context.random) }
      }
    },
    poke(urls) {
      const concerned = [...fleet.sets.values()].filter((set) => isConcerned(set, urls))
      for (const set of concerned) context.queue.add(set.key)
      return concerned.length
    },
    close() {
      for (const set of fleet.sets.values()) for (const stop of set.watched.values()) stop()
    },
  }
}

function isConcerned(set: ManagedSet, urls: readonly string[]): boolean {
  try {
    return concernsGenerators(readApplicationSet(set.object).set, urls)
  } catch {
    return false
  }
}

function readPolicy(set: ManagedSet): string {
  try {
    return readApplicationSet(set.object).set.spec.syncPolicy?.applicationsSync ?? 'sync'
  } catch {
    // A set that cannot be read any more says nothing about what may be deleted.
    return 'create-only'
  }
}

/** RollingSync decides when: the applications do not sync themselves (Argo CD, Progressive Syncs). */
function withoutAutomation(application: KubeObject): KubeObject {
  const spec = application['spec'] as { syncPolicy?: { automated?: object | null } }
  if (!spec.syncPolicy?.automated) return application
  const automated = { ...spec.syncPolicy.automated, enabled: false }
  return { ...application, spec: { ...spec, syncPolicy: { ...spec.syncPolicy, automated } } } as KubeObject
}

function unsupported(manifest: ApplicationSet): string[] {
  return manifest.spec.strategy?.deletionOrder === 'Reverse' ? ['strategy.deletionOrder: Reverse does nothing yet'] : []
}
