/** Chart versions and version ranges, as Helm and Argo CD read them. Pure. */
import { createRequire } from 'node:module'
import type Semver from 'semver'

// Loaded when the first chart from a chart repository is met: 47 modules.
const load = createRequire(import.meta.url)
const semver = () => load('semver') as typeof Semver

/** True when the text names exactly one version (`1.2.3`, `v1.2.3`) or a digest, so that no look-up is needed. */
export function isExactVersion(revision: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(revision) || semver().valid(revision, { loose: true }) !== null
}

/** The newest version in the range; '' , `*` and HEAD mean the newest release. Undefined when nothing matches. */
export function pickVersion(versions: readonly string[], revision: string): string | undefined {
  if (versions.includes(revision)) return revision
  if (isExactVersion(revision)) {
    return versions.find(
      (version) => semver().valid(version, { loose: true }) === semver().valid(revision, { loose: true }),
    )
  }
  const range = rangeOf(revision)
  if (range === undefined) return undefined
  // Helm takes pre-releases into account only when the range itself names one.
  const options = { loose: true, includePrerelease: /\d-[0-9A-Za-z]/.test(revision) }
  let best: string | undefined
  for (const version of versions) {
    if (semver().valid(version, options) === null || !semver().satisfies(version, range, options)) continue
    if (best === undefined || semver().compareBuild(version, best, true) > 0) best = version
  }
  return best
}

function rangeOf(revision: string): string | undefined {
  const text = revision === '' || revision === 'HEAD' ? '*' : revision.replaceAll(',', ' ')
  return semver().validRange(text, { loose: true }) === null ? undefined : text
}
