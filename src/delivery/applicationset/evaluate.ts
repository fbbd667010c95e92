/** From a generator to its sets of parameters: asks the right one, applies the selector, says whose fault an error is. */
import type { ApplicationSetGenerator } from '../../api/applicationset.ts'
import type { ApplicationSetTemplate } from '../../api/applicationset-template.ts'
import { HalcyonError, messageOf, reasonOf } from '../../api/errors.ts'
import type { Generation } from './generation.ts'
import { clusterDecisionParams } from './generators/cluster-decision.ts'
import { clusterParams } from './generators/clusters.ts'
import { gitParams } from './generators/git.ts'
import { listParams } from './generators/list.ts'
import { matrixParams } from './generators/matrix.ts'
import { mergeParams } from './generators/merge.ts'
import { pluginParams } from './generators/plugin.ts'
import { pullRequestParams } from './generators/pull-request.ts'
import { scmProviderParams } from './generators/scm-provider.ts'
import { flatten } from './params.ts'
import { selects } from './selector.ts'
import type { Params } from './templates.ts'

/** The one kind of generator that is set, with the name it has in the manifest. */
export type GeneratorKind = Exclude<keyof ApplicationSetGenerator, 'selector'>

const kinds: readonly GeneratorKind[] = [
  'list',
  'clusters',
  'git',
  'scmProvider',
  'clusterDecisionResource',
  'pullRequest',
  'matrix',
  'merge',
  'plugin',
]

/** All kinds that are set: at the top level Argo CD takes several in one entry, in a matrix or merge only one. */
export function kindsOf(generator: ApplicationSetGenerator): readonly GeneratorKind[] {
  return kinds.filter((kind) => generator[kind] !== undefined && generator[kind] !== null)
}

export function templateOf(generator: ApplicationSetGenerator, kind: GeneratorKind): ApplicationSetTemplate {
  return generator[kind]?.template ?? {}
}

/** Throws HalcyonError with `generator <where> (<kind>): <cause>`; GeneratorFailed unless the cause has a reason of its own. */
export async function evaluate(
  generator: ApplicationSetGenerator,
  kind: GeneratorKind,
  where: string,
  generation: Generation,
): Promise<readonly Params[]> {
  const child = async (inner: ApplicationSetGenerator, index: number): Promise<readonly Params[]> => {
    const at = `${where}.${kind}.${index}`
    const [first, ...others] = kindsOf(inner)
    if (first === undefined || others.length > 0) {
      throw new HalcyonError(
        'SpecInvalid',
        `generator ${at}: it has to be of one kind, not ${others.length + (first ? 1 : 0)}`,
      )
    }
    return evaluate(inner, first, at, generation)
  }
  try {
    const params = await paramsOf(generator, kind, generation, child)
    const { selector } = generator
    return selector === undefined ? params : params.filter((one) => selects(selector, flatten(one)))
  } catch (error) {
    if (generation.context.signal?.aborted) throw error
    if (error instanceof HalcyonError && error.message.startsWith('generator ')) throw error
    const reason = error instanceof HalcyonError ? reasonOf(error) : 'GeneratorFailed'
    throw new HalcyonError(reason, `generator ${where} (${kind}): ${messageOf(error)}`, { cause: error })
  }
}

async function paramsOf(
  generator: ApplicationSetGenerator,
  kind: GeneratorKind,
  generation: Generation,
  child: (inner: ApplicationSetGenerator, index: number) => Promise<readonly Params[]>,
): Promise<readonly Params[]> {
  switch (kind) {
    case 'list':
      return listParams(generator.list!, generation)
    case 'clusters':
      return clusterParams(generator.clusters!, generation)
    case 'git':
      return gitParams(generator.git!, generation)
    case 'scmProvider':
      return scmProviderParams(generator.scmProvider!, generation)
    case 'pullRequest':
      return pullRequestParams(generator.pullRequest!, generation)
    case 'clusterDecisionResource':
      return clusterDecisionParams(generator.clusterDecisionResource!, generation)
    case 'plugin':
      return pluginParams(generator.plugin!, generation)
    case 'matrix':
      return matrixParams(generator.matrix!.generators, generation, child)
    case 'merge':
      return mergeParams(generator.merge!.generators, generator.merge!.mergeKeys, generation, child)
  }
}
