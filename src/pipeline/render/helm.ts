/** Renders a chart, from Git or from a chart repository, with `helm template`. */
import { readFile } from 'node:fs/promises'
import type { ApplicationSource } from '../../api/application.ts'
import { HalcyonError } from '../../api/errors.ts'
import { stringifyJson } from '../../kube/json.ts'
import type { SourceTree } from '../source/source.ts'
import { type ChartArchive, chartLocation } from './charts.ts'
import { digestOf } from './digest.ts'
import type { BuildEnvironment } from './environment.ts'
import { type ClusterFacts, helmArguments, helmOptions } from './helm-arguments.ts'
import { type ChartNeeds, chartNeeds } from './helm-dependencies.ts'
import { readHelmOutput } from './helm-output.ts'
import { filesBelow } from './kustomize-files.ts'
import { isLfsPointer, lfsMessage } from './manifest.ts'
import { materialise, writeInside } from './materialise.ts'
import { under } from './paths.ts'
import { readTgz } from './tar.ts'
import { outputOrFailure } from './tool-failure.ts'
import { type LendingSource, matching, resolveValueFile, type ValueFile } from './value-files.ts'
import { type FreshOutput, inPrivateFolder, type PreparedRender, type Workshop } from './workshop.ts'

export interface HelmInput {
  readonly spec: ApplicationSource
  /** Exact version for a chart from a repository. */
  readonly revision: string
  readonly application: string
  readonly destinationNamespace: string
  readonly cluster: ClusterFacts
  /** Undefined for a chart from a repository. */
  readonly own: LendingSource | undefined
  readonly directory: string
  readonly references: ReadonlyMap<string, LendingSource>
  readonly environment: BuildEnvironment
  /** Schemes that value files may have. */
  readonly schemes: readonly string[]
  readonly signal?: AbortSignal | undefined
}

/** The chart, wherever it is from. `directory` is where its copy lies in the private folder. */
type Chart =
  | {
      readonly kind: 'git'
      readonly tree: SourceTree
      readonly directory: string
      readonly oid: string
      readonly needs: ChartNeeds
    }
  | { readonly kind: 'archive'; readonly archive: ChartArchive; readonly directory: string }

/** Decides everything and reads only what decides it. Throws SpecInvalid, PathNotFound, PathRefused, ChartUnavailable, ToolUnavailable. */
export async function prepareHelm(input: HelmInput, workshop: Workshop): Promise<PreparedRender> {
  const { spec, environment, signal } = input
  const helm = spec.helm
  const [tool, chart] = await Promise.all([workshop.tools.find('helm'), findChart(input, workshop)])
  const context = { ...input, chartDirectory: chart.kind === 'git' ? input.directory : '' }
  const values: ValueFile[] = []
  for (const raw of helm?.valueFiles ?? [])
    values.push(...(await resolveValueFile(raw, helm?.ignoreMissingValueFiles ?? false, context)))
  const setFiles: { name: string; file: ValueFile }[] = []
  for (const { name, path } of helm?.fileParameters ?? []) {
    const [file] = await resolveValueFile(path, false, context)
    if (file !== undefined) setFiles.push({ name, file })
  }
  signal?.throwIfAborted()

  const inline = inlineValues(spec)
  const options = helmOptions(helm, input.application, input.destinationNamespace, environment)
  const cluster: ClusterFacts = {
    kubeVersion: helm?.kubeVersion || input.cluster.kubeVersion,
    apiVersions: helm?.apiVersions?.length ? helm.apiVersions : input.cluster.apiVersions,
  }
  const key = digestOf([
    'helm',
    tool.version,
    chartIdentity(chart),
    input.directory,
    values.map(fileIdentity),
    setFiles.map(({ name, file }) => [name, fileIdentity(file)]),
    inline,
    options,
  ])
  const usesNetwork = [...values, ...setFiles.map(({ file }) => file)].some((file) => file.kind === 'url')
  const unlocked = chart.kind === 'git' && chart.needs.fetched.some((dependency) => !dependency.locked)

  return {
    key,
    clusterKey: digestOf([cluster.kubeVersion, cluster.apiVersions]),
    repeatable: !usesNetwork && !unlocked,
    run: (stop) =>
      inPrivateFolder(workshop, stop, async (folder, run) => {
        const bench = new Bench(folder, stop)
        const files = await bench.chart(chart, workshop, spec.helm?.passCredentials ?? false)
        const valueArguments = await bench.all(values, helm?.ignoreMissingValueFiles ?? false)
        if (inline !== '') valueArguments.push(await bench.text('values-inline.yaml', inline))
        const setFileArguments: { name: string; file: string }[] = []
        for (const { name, file } of setFiles) {
          for (const path of await bench.all([file], false)) setFileArguments.push({ name, file: path })
        }
        const facts = bench.mentionsCluster ? cluster : undefined
        const args = helmArguments(options, { chart: files, values: valueArguments, setFiles: setFileArguments }, facts)
        const result = await run({ tool: 'helm', command: [tool.path, ...args], network: usesNetwork })
        const output = readHelmOutput(outputOrFailure('helm', result, folder), input.directory)
        return { ...output, dependsOnCluster: bench.mentionsCluster } satisfies FreshOutput
      }),
  }
}

async function findChart(input: HelmInput, workshop: Workshop): Promise<Chart> {
  const { own, spec, directory, signal } = input
  if (own === undefined) {
    const archive = await workshop.charts.archive(
      chartLocation(spec),
      input.revision,
      spec.helm?.passCredentials ?? false,
      signal,
    )
    return { kind: 'archive', archive, directory: 'chart' }
  }
  const entry = await own.tree.entry(directory, signal)
  const needs = await chartNeeds(own.tree, directory, signal)
  own.readSet.tree(directory)
  for (const { from } of needs.copied) own.readSet.tree(from)
  // A plain root directory may have no entry of its own; its commit stands for it.
  return { kind: 'git', tree: own.tree, directory, oid: entry?.oid ?? own.tree.commit, needs }
}

/** `valuesObject` replaces `values`, as in Argo CD. JSON is YAML. */
function inlineValues({ helm }: ApplicationSource): string {
  if (helm?.valuesObject !== undefined && Object.keys(helm.valuesObject).length > 0) {
    return stringifyJson(helm.valuesObject)
  }
  return helm?.values ?? ''
}

function chartIdentity(chart: Chart): unknown {
  if (chart.kind === 'archive') return chart.archive.digest
  return [chart.oid, chart.needs.copied, chart.needs.fetched]
}

function fileIdentity(file: ValueFile): string {
  if (file.kind === 'file') return file.oid
  return file.kind === 'archive' ? `chart:${file.path}` : file.url
}

/** Lays out the files of one run, and watches for templates that look at the cluster. */
class Bench {
  /** A template or value mentions `.Capabilities`, or a chart demands a kubeVersion. An archive inside a chart may: it is not opened. */
  mentionsCluster = false
  readonly #folder: string
  readonly #signal: AbortSignal
  readonly #made = new Set<string>()
  #archived: string[] = []
  #count = 0

  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder
    this.#signal = signal
  }

  /** Returns the chart's directory as Helm's argument. */
  async chart(chart: Chart, workshop: Workshop, passCredentials: boolean): Promise<string> {
    if (chart.kind === 'archive') return await this.#unpack(chart.archive)
    const root = under('source', chart.directory)
    await this.#copy(chart.tree, chart.directory, root)
    for (const { from, to } of chart.needs.copied) await this.#copy(chart.tree, from, under('source', to))
    for (const { location, version, to } of chart.needs.fetched) {
      const exact = await workshop.charts.version(location, version, this.#signal)
      const archive = await workshop.charts.archive(location, exact, passCredentials, this.#signal)
      this.mentionsCluster = true
      const path = under(under('source', to), `${location.chart ?? 'chart'}-${exact.replaceAll('+', '_')}.tgz`)
      await writeInside(this.#folder, path, await readFile(archive.file), this.#made)
    }
    return `./${root}`
  }

  /** Copies value files; returns Helm's arguments in the same order. */
  async all(files: readonly ValueFile[], optional: boolean): Promise<string[]> {
    const args: string[] = []
    for (const file of files) {
      if (file.kind === 'url') args.push(file.url)
      else if (file.kind === 'archive') args.push(...this.#fromArchive(file.path, optional))
      else {
        const content = await file.tree.read(file.path, this.#signal)
        if (content === undefined) throw new HalcyonError('PathNotFound', `Cannot read ${file.path}: it does not exist`)
        if (isLfsPointer(content.bytes))
          throw new HalcyonError('ManifestInvalid', `Cannot read ${file.path}: ${lfsMessage}`)
        // The name is kept for Helm's messages.
        args.push(
          await this.#write(
            `values/${this.#count++}/${file.path.slice(file.path.lastIndexOf('/') + 1)}`,
            content.bytes,
          ),
        )
      }
    }
    return args
  }

  async text(name: string, text: string): Promise<string> {
    return await this.#write(`values/${name}`, Buffer.from(text))
  }

  async #write(path: string, bytes: Buffer): Promise<string> {
    this.#inspect(path, bytes)
    await writeInside(this.#folder, path, bytes, this.#made)
    return `./${path}`
  }

  #fromArchive(path: string, optional: boolean): string[] {
    if (this.#archived.includes(path)) return [`./chart/${path}`]
    const found = matching(
      this.#archived.map((name) => ({ path: name })),
      path,
    )
    if (found.length === 0 && !optional) {
      throw new HalcyonError('PathNotFound', `Cannot read the values file ${path}: the chart does not hold it`)
    }
    return found.map((file) => `./chart/${file.path}`)
  }

  async #copy(tree: SourceTree, from: string, to: string): Promise<void> {
    const files = (await filesBelow(tree, from, this.#signal)).map((file) => ({
      from: file.path,
      to: under(to, from === '' ? file.path : file.path.slice(from.length + 1)),
      executable: file.executable,
    }))
    await materialise(tree, files, this.#folder, {
      signal: this.#signal,
      inspect: (path, bytes) => this.#inspect(path, bytes),
    })
  }

  /** The archive's one top directory becomes `chart`. */
  async #unpack(archive: ChartArchive): Promise<string> {
    for (const { path, bytes } of await readTgz(await readFile(archive.file))) {
      const name = path.slice(path.indexOf('/') + 1)
      this.#inspect(name, bytes)
      this.#archived.push(name)
      await writeInside(this.#folder, `chart/${name}`, bytes, this.#made)
    }
    return './chart'
  }

  #inspect(path: string, bytes: Buffer): void {
    if (this.mentionsCluster) return
    this.mentionsCluster = path.endsWith('.tgz') || bytes.includes('Capabilities') || bytes.includes('kubeVersion')
  }
}
