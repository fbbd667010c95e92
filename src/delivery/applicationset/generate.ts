/**
 * An ApplicationSet and the world, to Applications. Everything that reads is injected; the rules are Argo CD's (applicationset/controllers,
 * utils). Either every generator and every template has an answer, or nothing is answered: a part of the Applications would read as
 * "the others are gone".
 */
import type { ApplicationSet } from '../../api/applicationset.ts'
import type { ApplicationSetTemplate } from '../../api/applicationset-template.ts'
import { HalcyonError, messageOf, reasonOf } from '../../api/errors.ts'
import { digestOf } from '../../kube/canonical.ts'
import { isRecord } from '../../kube/fields.ts'
import { stringifyJson } from '../../kube/json.ts'
import type { KubeObject } from '../../kube/object.ts'
import type { GeneratorContext } from './context.ts'
import { evaluate, kindsOf, templateOf } from './evaluate.ts'
import type { Generation } from './generation.ts'
import { fillEmpty } from './params.ts'
import { applyTemplatePatch } from './patch.ts'
import type { Params } from './templates.ts'
import { renderTrees } from './tree-template.ts'

/** Remembers rendered Applications by template and parameters, so that one changed element costs one rendering. */
export type RenderMemory = Map<string, Map<string, KubeObject>>

export interface GenerateOptions {
  /** Where the Applications, and the Secrets of the set, are when the set names no namespace. */
  readonly namespace: string
  /** Kept by the caller from one generation of a set to the next. What was not used is dropped from it. */
  readonly memory?: RenderMemory
}

const finalizer = 'resources-finalizer.argocd.argoproj.io'

/** Sorted by name. Throws HalcyonError `Cannot generate applications of ApplicationSet <name>: generator <index> (<kind>): <cause>`. */
export async function generateApplications(
  set: ApplicationSet,
  context: GeneratorContext,
  options: GenerateOptions,
): Promise<readonly KubeObject[]> {
  const generation: Generation = {
    set,
    namespace: set.metadata.namespace ?? options.namespace,
    dialect: {
      goTemplate: set.spec.goTemplate === true,
      options: set.spec.goTemplateOptions ?? [],
      engine: context.templates,
    },
    context,
  }
  try {
    const applications = await allOf(generation, options)
    applications.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    refuseTwins(applications)
    return applications
  } catch (error) {
    if (context.signal?.aborted) throw error
    throw new HalcyonError(
      reasonOf(error),
      `Cannot generate applications of ApplicationSet ${set.metadata.name}: ${messageOf(error)}`,
      { cause: error },
    )
  }
}

async function allOf(generation: Generation, options: GenerateOptions): Promise<KubeObject[]> {
  const { set } = generation
  const used: RenderMemory = new Map()
  const applications: KubeObject[] = []
  for (const [index, generator] of set.spec.generators.entries()) {
    const kinds = kindsOf(generator)
    if (kinds.length === 0) throw new HalcyonError('SpecInvalid', `generator ${index}: it is of no kind that is known`)
    for (const kind of kinds) {
      const params = await evaluate(generator, kind, String(index), generation)
      const template = fillEmpty(templateOf(generator, kind), set.spec.template)
      try {
        applications.push(...(await render(template, params, generation, options.memory, used)))
      } catch (error) {
        if (generation.context.signal?.aborted) throw error
        throw new HalcyonError(reasonOf(error), `generator ${index} (${kind}): ${messageOf(error)}`, { cause: error })
      }
    }
  }
  if (options.memory !== undefined) {
    options.memory.clear()
    for (const [key, entries] of used) options.memory.set(key, entries)
  }
  return applications
}

async function render(
  template: ApplicationSetTemplate,
  params: readonly Params[],
  generation: Generation,
  memory: RenderMemory | undefined,
  used: RenderMemory,
): Promise<KubeObject[]> {
  const { spec } = generation.set
  const key = digestOf([template, spec.templatePatch, spec.goTemplate, spec.goTemplateOptions, spec.syncPolicy])
  const known = memory?.get(key)
  const kept = used.get(key) ?? new Map<string, KubeObject>()
  used.set(key, kept)
  const identities = params.map((one) => stringifyJson(one))
  const missing = params.filter((_, index) => known?.has(identities[index]!) !== true)
  const fresh = (await renderAll(template, missing, generation)).values()
  return identities.map((identity) => {
    const application = known?.get(identity) ?? fresh.next().value!
    kept.set(identity, application)
    return application
  })
}

async function renderAll(
  template: ApplicationSetTemplate,
  params: readonly Params[],
  generation: Generation,
): Promise<KubeObject[]> {
  if (params.length === 0) return []
  const { set, dialect, context } = generation
  const { templatePatch } = set.spec
  const { name, labels, annotations, finalizers } = template.metadata ?? {}
  const metadata = { name, labels, annotations, finalizers }
  // Argo CD takes an element without any parameter as it is, templates unrendered and without the finalizer.
  const tree = { metadata, spec: template.spec ?? {}, ...(templatePatch === undefined ? {} : { templatePatch }) }
  const filled = params.filter((one) => Object.keys(one).length > 0)
  const rendered = (await renderTrees(tree, filled, dialect, context.signal)).values()
  return params.map((one) => {
    const isFilled = Object.keys(one).length > 0
    const { templatePatch: patch, ...own } = (isFilled ? rendered.next().value : tree) as typeof tree
    const application = assembled(own, generation, isFilled)
    return patch === undefined ? application : (applyTemplatePatch(application, patch) as unknown as KubeObject)
  })
}

function assembled(
  tree: { readonly metadata: Record<string, unknown>; readonly spec: unknown },
  generation: Generation,
  withFinalizer: boolean,
): Record<string, unknown> & KubeObject {
  const { set } = generation
  const { name, labels, annotations, finalizers } = tree.metadata
  const own = Array.isArray(finalizers) ? finalizers : []
  const preserve = set.spec.syncPolicy?.preserveResourcesOnDeletion === true
  const all = own.length > 0 || preserve || !withFinalizer ? own : [finalizer]
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: String(name ?? ''),
      namespace: generation.namespace,
      ...(isRecord(labels) && Object.keys(labels).length > 0 ? { labels: labels as Record<string, string> } : {}),
      ...(isRecord(annotations) && Object.keys(annotations).length > 0
        ? { annotations: annotations as Record<string, string> }
        : {}),
      ...(all.length > 0 ? { finalizers: all as string[] } : {}),
    },
    spec: tree.spec,
  }
}

function refuseTwins(sorted: readonly KubeObject[]): void {
  for (const [index, application] of sorted.entries()) {
    const name = nameOf(application)
    if (name === '') throw new HalcyonError('SpecInvalid', 'an element gives an application without a name')
    if (index > 0 && nameOf(sorted[index - 1]!) === name) {
      throw new HalcyonError('SharedResource', `two elements give an application of the same name, ${name}`)
    }
  }
}

function nameOf(application: KubeObject): string {
  return application.metadata.name ?? ''
}
