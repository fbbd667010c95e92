/** Objects of one kind by namespace and label, and the selectors that want them: Services find Pods and Pods find Services. */
import type { KubeObject } from '../../kube/object.ts'

export interface LabelIndex {
  note(object: KubeObject, labels: Record<string, string> | undefined): void
  forget(namespace: string, name: string): void
  /** Names of the objects that carry every given label; an empty selector selects nothing. */
  match(namespace: string, labels: Record<string, string>): string[]
  /** Names of the noted label sets that are part of the given labels: with selectors noted, those that select. */
  matchedBy(namespace: string, labels: Record<string, string>): string[]
}

export function createLabelIndex(): LabelIndex {
  const labelsOf = new Map<string, Record<string, string>>()
  const byPair = new Map<string, Set<string>>()

  function forget(namespace: string, name: string): void {
    const id = `${namespace}/${name}`
    const labels = labelsOf.get(id)
    if (labels === undefined) return
    labelsOf.delete(id)
    for (const key in labels) {
      const pair = `${namespace}/${key}=${labels[key]}`
      const names = byPair.get(pair)
      names?.delete(name)
      if (names?.size === 0) byPair.delete(pair)
    }
  }

  return {
    note: (object, labels) => {
      const { namespace = '', name = '' } = object.metadata
      const id = `${namespace}/${name}`
      if (labelsOf.get(id) === labels) return
      forget(namespace, name)
      if (labels === undefined) return
      labelsOf.set(id, labels)
      for (const key in labels) {
        const pair = `${namespace}/${key}=${labels[key]}`
        const names = byPair.get(pair)
        if (names === undefined) byPair.set(pair, new Set([name]))
        else names.add(name)
      }
    },
    forget,
    match: (namespace, labels) => {
      const sets = Object.entries(labels).map(([key, value]) => byPair.get(`${namespace}/${key}=${value}`))
      const smallest = sets.toSorted((a, b) => (a?.size ?? 0) - (b?.size ?? 0))[0]
      if (smallest === undefined) return []
      return [...smallest].filter((name) => sets.every((names) => names?.has(name)))
    },
    matchedBy: (namespace, labels) => {
      const hits = new Set<string>()
      for (const key in labels) {
        for (const name of byPair.get(`${namespace}/${key}=${labels[key]}`) ?? []) {
          const wanted = labelsOf.get(`${namespace}/${name}`) ?? {}
          if (Object.keys(wanted).every((label) => wanted[label] === labels[label])) hits.add(name)
        }
      }
      return [...hits]
    },
  }
}
