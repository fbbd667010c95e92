/** What a revision may mean: names, ids, version ranges. Pure. */
import { createRequire } from 'node:module'
import type Semver from 'semver'
import type { Range, SemVer } from 'semver'

// Loaded when the first range is met: 47 modules, and most repositories follow a branch.
const load = createRequire(import.meta.url)
const semver = () => load('semver') as typeof Semver

/** A full object id: sha1 or sha256. */
export function isFullSha(revision: string): boolean {
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(revision)
}

/** A full or short object id; git takes four digits or more. */
export function isSha(revision: string): boolean {
  return /^[0-9a-f]{4,64}$/i.test(revision)
}

/** git-check-ref-format(1). What it refuses (`main~1`, `@{1}`, `:/text`) would be an expression to git, not a name. */
export function isRefName(name: string): boolean {
  if (/[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$/.test(name) || name === '@' || name === '' || name.startsWith('-'))
    return false
  return name.split('/').every((part) => part !== '' && !part.startsWith('.') && !part.endsWith('.lock'))
}

/** The refs a name may stand for, in the order they are tried. A full `refs/...` name stands for itself. */
export function refCandidates(revision: string): readonly string[] {
  if (!isRefName(revision)) return []
  if (revision.startsWith('refs/')) return [revision]
  return [`refs/heads/${revision}`, `refs/tags/${revision}`]
}

/**
 * Whether the text is a version range rather than a version: it has an operator, a wildcard or several parts (Argo CD, "Tracking and
 * deployment strategies"; `1.2` alone is a tag name).
 */
export function isVersionRange(revision: string): boolean {
  return /[<>=~^*|!,\s]|(?:^|\.)[xX](?:\.|$)/.test(revision) && rangeGroups(revision) !== undefined
}

/**
 * The tag with the highest version in the range, or undefined. Tags may carry a `v` and leave out parts (`v1`, `1.2`). Pre-releases count
 * only when the range itself names one, as in Masterminds/semver.
 */
export function highestTag(range: string, tags: Iterable<string>): string | undefined {
  const groups = rangeGroups(range)
  if (groups === undefined) return undefined
  let best: { readonly tag: string; readonly version: SemVer } | undefined
  for (const tag of tags) {
    const version = versionOf(tag)
    if (version === undefined || !groups.some((group) => fits(group, version))) continue
    const order = best === undefined ? 1 : semver().compareBuild(version, best.version)
    // `v1.2.3` and `1.2.3` both exist: the same one each time.
    if (best === undefined || order > 0 || (order === 0 && tag > best.tag)) best = { tag, version }
  }
  return best?.tag
}

interface RangeGroup {
  readonly range: Range
  readonly except: readonly Range[]
}

const prerelease = /\d-[0-9A-Za-z]/

/** The alternatives of a range in the notation of npm's semver: no commas, no `!=`, no `=>`. Undefined when it is none. */
function rangeGroups(text: string): readonly RangeGroup[] | undefined {
  try {
    const { Range } = semver()
    return text.split('||').map((part) => {
      const spaced = part.replaceAll(',', ' ').replaceAll('=>', '>=').replaceAll('=<', '<=').trim()
      const options = { includePrerelease: prerelease.test(spaced.replace(/\s-\s/g, ' ')) }
      const except = [...spaced.matchAll(/!=\s*(\S+)/g)].map((match) => new Range(match[1]!, options))
      return { range: new Range(spaced.replace(/!=\s*\S+/g, ' ').trim() || '*', options), except }
    })
  } catch {
    return undefined
  }
}

function fits(group: RangeGroup, version: SemVer): boolean {
  return group.range.test(version) && !group.except.some((range) => range.test(version))
}

function versionOf(tag: string): SemVer | undefined {
  const match = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?([-+].*)?$/.exec(tag)
  if (match === null) return undefined
  const [, major, minor = '0', patch = '0', rest = ''] = match
  return semver().parse(`${Number(major)}.${Number(minor)}.${Number(patch)}${rest}`) ?? undefined
}
