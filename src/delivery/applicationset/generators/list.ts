/** The list generator (Argo CD, Generators-List). Pure. */
import type { z } from 'zod'
import type { ListGenerator } from '../../../api/applicationset.ts'
import { isRecord } from '../../../kube/fields.ts'
import { parseYaml } from '../../../kube/yaml.ts'
import type { Generation } from '../generation.ts'
import type { Params } from '../templates.ts'

/** Without goTemplate, elements are texts and one map `values` of texts; elementsYaml is taken as it is. Throws naming the element. */
export function listParams(list: z.infer<typeof ListGenerator>, { dialect }: Generation): Params[] {
  const elements = (list.elements ?? []).map((element, index) =>
    dialect.goTemplate ? element : flatElement(element, index),
  )
  return [...elements, ...elementsOf(list.elementsYaml ?? '')]
}

function flatElement(element: Params, index: number): Params {
  const params: Record<string, string> = {}
  for (const [key, value] of Object.entries(element)) {
    if (key !== 'values') params[key] = text(value, `elements.${index}.${key}`)
    else if (!isRecord(value)) throw new Error(`elements.${index}.values is not a map`)
    else {
      for (const [name, inner] of Object.entries(value)) {
        params[`values.${name}`] = text(inner, `elements.${index}.values.${name}`)
      }
    }
  }
  return params
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value
  throw new Error(`${path} is not a text: only goTemplate takes other values`)
}

function elementsOf(yaml: string): Params[] {
  if (yaml === '') return []
  const value = parseYaml(yaml).documents[0]?.value ?? []
  if (!Array.isArray(value) || !value.every((one) => isRecord(one))) {
    throw new Error('elementsYaml is not a list of maps')
  }
  return value
}
