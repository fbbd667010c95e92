/** The loop over repositories: one fetch per change however many applications use it, then only those wake whose read-set was touched. */
import { sourcesOf } from '../api/application.ts'
import { messageOf } from '../api/errors.ts'
import { createReadSetIndex, type ReadSetIndex } from '../pipeline/source/read-set.ts'
import type { Repository } from '../pipeline/source/source.ts'
import type { ManagedApplication } from './application-state.ts'
import { beginChange, leaveChange } from './change.ts'
import { type ControllerContext, report } from './context.ts'
import { setProblem } from './verdicts.ts'

export interface RepositoryController {
  /** The application is new or its sources changed: watch what it uses. */
  track(app: ManagedApplication): void
  /** The application was rendered: remember what it read. */
  noteRendered(app: ManagedApplication): void
  forget(app: ManagedApplication): void
  /** Fetches now; undefined = every tracked repository. */
  refresh(url: string | undefined, signal: AbortSignal): Promise<void>
  /** Repositories whose last fetch failed, with the message. */
  readonly failing: ReadonlyMap<string, string>
  close(): void
}

/** A use of a repository by one source of one application. */
interface Use {
  readonly app: ManagedApplication
  readonly source: number
  readonly revision: string
}

interface Tracked {
  readonly url: string
  readonly uses: Map<string, Use>
  readonly index: ReadSetIndex
  unwatch: () => void
  /** A pass that is running, and whether another was asked for meanwhile. */
  pass: Promise<void> | undefined
  again: boolean
}

export function createRepositoryController(context: ControllerContext): RepositoryController {
  const { sources } = context.pipeline
  const tracked = new Map<string, Tracked>()
  const failing = new Map<string, string>()
  const stop = new AbortController()

  function trackedOf(url: string): Tracked {
    let entry = tracked.get(url)
    if (entry === undefined) {
      const created: Tracked = {
        url,
        uses: new Map(),
        index: createReadSetIndex(),
        unwatch: () => {},
        pass: undefined,
        again: false,
      }
      created.unwatch = sources.watch(url, () => void look(created))
      tracked.set(url, created)
      entry = created
    }
    return entry
  }

  /** Passes over one repository never overlap; what is asked for meanwhile is one more pass. */
  function look(entry: Tracked): Promise<void> {
    if (entry.pass !== undefined) {
      entry.again = true
      return entry.pass
    }
    entry.pass = (async () => {
      try {
        do {
          entry.again = false
          await pass(entry)
        } while (entry.again && !stop.signal.aborted)
      } finally {
        entry.pass = undefined
      }
    })()
    return entry.pass
  }

  async function pass(entry: Tracked): Promise<void> {
    const repository = sources.open(entry.url)
    const seenAt = context.clock.now()
    let fetchedAt = seenAt
    try {
      await repository.fetch(stop.signal)
      fetchedAt = context.clock.now()
      if (failing.delete(entry.url))
        report(context, { type: 'RepositoryReachable', application: '', message: `${entry.url} can be fetched again` })
    } catch (error) {
      if (stop.signal.aborted) return
      noteFetchFailure(entry, error)
      return
    }
    // Several names may mean one commit: a push is one move, however it is tracked.
    const byCommit = new Map<string, Use[]>()
    for (const [revision, uses] of byRevision(entry)) {
      try {
        const { commit } = await repository.resolve(revision, stop.signal)
        for (const use of uses) append(byCommit, commit, use)
      } catch (error) {
        if (stop.signal.aborted) return
        // The application says it itself, with its own reason, when it resolves.
        context.logger.debug({ repository: entry.url, revision, err: messageOf(error) }, 'revision does not resolve')
        for (const use of uses) context.queue.add(use.app.name)
      }
    }
    for (const [commit, uses] of byCommit) {
      try {
        await moved(entry, repository, commit, uses, { seenAt, fetchedAt })
      } catch (error) {
        if (stop.signal.aborted) return
        // History may be rewritten: what cannot be compared is looked at again.
        context.logger.debug({ repository: entry.url, commit, err: messageOf(error) }, 'commits cannot be compared')
        for (const use of uses) context.queue.add(use.app.name)
      }
    }
  }

  function noteFetchFailure(entry: Tracked, error: unknown): void {
    const message = messageOf(error)
    if (failing.get(entry.url) === message) return
    failing.set(entry.url, message)
    report(context, { type: 'FetchFailed', application: '', message, reason: 'RepositoryUnavailable' })
    for (const { app } of entry.uses.values()) {
      if (app.rendered === undefined) setProblem(context, app, 'ReconcileFailed', 'RepositoryUnavailable', message)
    }
  }

  /** Wakes the applications that read something the move changed; the others only learn the new revision. */
  async function moved(
    entry: Tracked,
    repository: Repository,
    commit: string,
    uses: readonly Use[],
    times: { readonly seenAt: number; readonly fetchedAt: number },
  ): Promise<void> {
    const behind = new Map<string, Use[]>()
    for (const use of uses) {
      const from = use.app.rendered?.revisions[use.source]
      // What is held was rendered from another revision than the tracked one; whether it still is, only its own look can tell.
      if (from === undefined || use.app.hold !== undefined) context.queue.add(use.app.name)
      else if (from !== commit) append(behind, from, use)
    }
    for (const [from, late] of behind) {
      const paths = await repository.changedPaths(from, commit, stop.signal)
      const touched = entry.index.touched(paths)
      const change = beginChange(context.tracing, {
        repository: entry.url,
        commit,
        ...times,
        touched: late.flatMap((use) => (touched.has(useKey(use)) ? [use.app.name] : [])),
      })
      for (const use of late) {
        if (touched.has(useKey(use))) {
          leaveChange(use.app.change, use.app.name)
          use.app.change = change
          context.queue.add(use.app.name, 'high')
        } else advance(use, commit)
      }
      report(context, {
        type: 'RevisionSeen',
        application: '',
        message: `${entry.url} moved to ${commit.slice(0, 7)}: ${paths.length} paths changed, ${touched.size} of ${uses.length} applications touched`,
        traceId: change.span.traceId,
        data: { repository: entry.url, from, revision: commit, touched: touched.size },
      })
    }
  }

  return {
    track(app) {
      for (const [source, spec] of sourcesOf(app.manifest.spec).entries()) {
        if (spec.chart !== undefined && spec.chart !== '') continue
        const use: Use = { app, source, revision: spec.targetRevision ?? 'HEAD' }
        try {
          trackedOf(spec.repoURL).uses.set(useKey(use), use)
        } catch (error) {
          // A URL that is refused has nothing to watch; the application says so itself when it resolves.
          context.logger.warn({ application: app.name, err: error }, 'repository cannot be watched')
        }
      }
    },
    noteRendered(app) {
      for (const [source, spec] of sourcesOf(app.manifest.spec).entries()) {
        const entry = tracked.get(spec.repoURL)
        entry?.index.add(`${app.name} ${source}`, app.rendered?.readSets[source] ?? [])
      }
    },
    forget(app) {
      for (const [url, entry] of tracked) {
        for (const [key, use] of entry.uses) {
          if (use.app !== app) continue
          entry.uses.delete(key)
          entry.index.remove(key)
        }
        if (entry.uses.size > 0) continue
        entry.unwatch()
        tracked.delete(url)
        failing.delete(url)
      }
    },
    async refresh(url, _signal) {
      const entries =
        url === undefined ? [...tracked.values()] : [...tracked.values()].filter((entry) => entry.url === url)
      await Promise.all(entries.map(look))
    },
    failing,
    close() {
      stop.abort(new Error('the repository controller is closed'))
      for (const entry of tracked.values()) entry.unwatch()
    },
  }
}

function useKey(use: Use): string {
  return `${use.app.name} ${use.source}`
}

function byRevision(entry: Tracked): Map<string, Use[]> {
  const groups = new Map<string, Use[]>()
  for (const use of entry.uses.values()) append(groups, use.revision, use)
  return groups
}

function append(groups: Map<string, Use[]>, key: string, use: Use): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [use])
  else group.push(use)
}

/** The new revision is what it would render to anyway. */
function advance(use: Use, commit: string): void {
  const { app, source } = use
  const { rendered } = app
  if (rendered === undefined) return
  const revisions = rendered.revisions.with(source, commit)
  if (app.syncedRevisions[source] === rendered.revisions[source]) app.syncedRevisions = revisions
  app.rendered = { ...rendered, revisions }
  app.revisions = revisions
}
