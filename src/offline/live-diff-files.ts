/** The files behind `halcyon diff -f`. Effects: reads files, runs jq in a thread. */
import { IgnoreRule } from '../api/application.ts'
import { HalcyonError } from '../api/errors.ts'
import type { KubeObject } from '../kube/object.ts'
import { createJq } from '../pipeline/jq/jq.ts'
import { systemClock } from '../runtime/clock.ts'
import { parseApplication } from '../targets/applications.ts'
import { readObjects } from './files.ts'
import { type LiveDiff, liveDiff } from './live-diff.ts'

export interface LiveDiffFiles {
  readonly desired: readonly string[]
  readonly live: readonly string[]
  /** A manifest of an Application: its `ignoreDifferences` and destination namespace count. */
  readonly application: string | undefined
  readonly namespace: string | undefined
}

/** Throws UsageInvalid, ManifestInvalid or SpecInvalid. */
export async function liveDiffOfFiles(files: LiveDiffFiles): Promise<LiveDiff> {
  const [desired, live, applications] = await Promise.all([
    readObjects(files.desired),
    readObjects(files.live),
    readObjects(files.application === undefined ? [] : [files.application]),
  ])
  const manifest = applications.find((one) => one.kind === 'Application')
  if (files.application !== undefined && manifest === undefined) {
    throw new HalcyonError('SpecInvalid', `Cannot read ${files.application}: it holds no Application`)
  }
  const spec = manifest === undefined ? undefined : parseApplication(manifest).spec
  await using jq = createJq({ clock: systemClock })
  return liveDiff(desired, live, {
    namespace: files.namespace ?? spec?.destination.namespace ?? 'default',
    rules: spec?.ignoreDifferences ?? [],
    jq,
    signal: new AbortController().signal,
  })
}

/** Answers many questions `{"desired": ..., "live": ..., "ignoreDifferences": [...], "namespace": ...}` with one jq. */
export function liveDiffAnswerer(): AsyncDisposable & {
  answer(question: Readonly<Record<string, unknown>>): Promise<LiveDiff>
} {
  const jq = createJq({ clock: systemClock })
  const { signal } = new AbortController()
  return {
    answer({ desired, live, ignoreDifferences = [], namespace }) {
      const rules = IgnoreRule.array().safeParse(ignoreDifferences)
      if (!rules.success) {
        throw new HalcyonError('UsageInvalid', `Cannot compare: ignoreDifferences: ${rules.error.issues[0]?.message}`)
      }
      const options = { rules: rules.data, jq, signal, ...(typeof namespace === 'string' ? { namespace } : {}) }
      return liveDiff(objectsIn(desired, 'desired'), objectsIn(live, 'live'), options)
    },
    [Symbol.asyncDispose]: () => jq[Symbol.asyncDispose](),
  }
}

function objectsIn(value: unknown, name: string): KubeObject[] {
  const objects = Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
  for (const one of objects as Partial<KubeObject>[]) {
    if (typeof one?.kind !== 'string' || typeof one.apiVersion !== 'string') {
      throw new HalcyonError('UsageInvalid', `Cannot compare: "${name}" must be objects with apiVersion and kind`)
    }
  }
  return (objects as KubeObject[]).map((one) => ({ ...one, metadata: one.metadata ?? {} }))
}
