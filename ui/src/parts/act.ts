/** A change through the API: what was asked, whether it is under way, what came of it. Everything shown is asked for again after it. */
import { useMutation, useQueryClient } from '@tanstack/react-query'

export interface Act {
  readonly label: string
  readonly run: () => Promise<unknown>
}

export function useAct() {
  const queries = useQueryClient()
  const { mutate, isPending, error, variables, isSuccess, reset } = useMutation({
    mutationFn: (act: Act) => act.run(),
    onSettled: () => queries.invalidateQueries(),
  })
  return { act: mutate, busy: isPending, error, last: variables, done: isSuccess, reset }
}
