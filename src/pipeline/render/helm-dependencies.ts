/** What a chart in Git needs besides its own files: dependencies that are named in Chart.yaml and not vendored in charts/. Reads only through the SourceTree. */
import { HalcyonError, messageOf } from '../../api/errors.ts'
import { parseYaml } from '../../kube/yaml.ts'
import type { SourceTree } from '../source/source.ts'
import type { ChartLocation } from './charts.ts'
import { decode, isRecord } from './manifest.ts'
import { inside, under } from './paths.ts'

export interface CopiedChart {
  /** Directory in the repository (`file://../common`), with the id of its tree. */
  readonly from: string
  readonly oid: string
  /** Directory in the chart's copy. */
  readonly to: string
}

export interface FetchedChart {
  readonly location: ChartLocation
  /** Exact when Chart.lock says so, else the range of Chart.yaml. */
  readonly version: string
  readonly locked: boolean
  /** Directory that gets the archive. */
  readonly to: string
}

export interface ChartNeeds {
  readonly copied: CopiedChart[]
  readonly fetched: FetchedChart[]
}

interface Dependency {
  readonly name: string
  readonly version: string
  readonly repository: string
}

/** Follows `file://` dependencies of dependencies. Throws SpecInvalid for a repository alias, PathRefused, PathNotFound. */
export async function chartNeeds(tree: SourceTree, chart: string, signal?: AbortSignal): Promise<ChartNeeds> {
  const needs: ChartNeeds = { copied: [], fetched: [] }
  await collect(tree, chart, chart, needs, signal, 0)
  return needs
}

async function collect(
  tree: SourceTree,
  from: string,
  to: string,
  needs: ChartNeeds,
  signal: AbortSignal | undefined,
  depth: number,
): Promise<void> {
  if (depth > 10) throw new HalcyonError('SpecInvalid', `Cannot read the chart ${from}: its dependencies go in circles`)
  const missing = await missingDependencies(tree, from, signal)
  if (missing.length === 0) return
  const locked = await dependenciesIn(tree, from, ['Chart.lock', 'requirements.lock'], signal)
  for (const dependency of missing) {
    const { name, repository, version } = dependency
    const home = under(to, 'charts')
    if (repository.startsWith('file://')) {
      const target = inside(from, repository.slice(7), `${repository} of ${from}`)
      const entry = await tree.entry(target, signal)
      if (entry?.kind !== 'directory') {
        throw new HalcyonError(
          'PathNotFound',
          `Cannot read the chart ${target}: it does not exist (dependency ${name} of ${from})`,
        )
      }
      needs.copied.push({ from: target, oid: entry.oid, to: under(home, name) })
      await collect(tree, target, under(home, name), needs, signal, depth + 1)
    } else if (/^(?:https?|oci):\/\//.test(repository)) {
      const lock = locked.find((entry) => entry.name === name && entry.repository === repository)
      needs.fetched.push({
        location: { repository, chart: name },
        version: lock?.version ?? version,
        locked: lock !== undefined,
        to: home,
      })
    } else if (repository !== '') {
      throw new HalcyonError(
        'SpecInvalid',
        `Cannot fetch the dependency ${name} of ${from}: the repository ${repository} is not known here`,
      )
    }
  }
}

/** Dependencies for which charts/ holds neither a directory nor an archive of that name. */
async function missingDependencies(tree: SourceTree, chart: string, signal?: AbortSignal): Promise<Dependency[]> {
  const wanted = await dependenciesIn(tree, chart, ['Chart.yaml', 'requirements.yaml'], signal)
  if (wanted.length === 0) return []
  const vendored = (await tree.list(under(chart, 'charts'), signal)) ?? []
  return wanted.filter(
    ({ name }) =>
      !vendored.some(
        (entry) => entry.name === name || (entry.name.startsWith(`${name}-`) && entry.name.endsWith('.tgz')),
      ),
  )
}

async function dependenciesIn(
  tree: SourceTree,
  chart: string,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<Dependency[]> {
  const found: Dependency[] = []
  for (const name of names) {
    const path = under(chart, name)
    const file = await tree.read(path, signal)
    // Most charts have none: spare them the parser.
    if (!file?.bytes.includes('dependencies:')) continue
    try {
      const value = parseYaml(decode(file.bytes)).documents[0]?.value
      const list = isRecord(value) && Array.isArray(value['dependencies']) ? value['dependencies'] : []
      for (const entry of list) {
        if (!isRecord(entry) || typeof entry['name'] !== 'string') continue
        found.push({
          name: entry['name'],
          version: String(entry['version'] ?? ''),
          repository: String(entry['repository'] ?? '').replace(/\/+$/, ''),
        })
      }
    } catch (error) {
      throw new HalcyonError('ManifestInvalid', `Cannot read ${path}: ${messageOf(error)}`, { cause: error })
    }
  }
  return found
}
