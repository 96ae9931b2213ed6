// Another try for documents that failed.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import * as admin from '../../api/admin';
import { complain, toast } from '../../kit/toast';
import { useAdminWords } from '../../words/admin';

export function useRetry() {
  const a = useAdminWords();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ids: string[]) => Promise.all(ids.map(admin.retry)),
    onSuccess: () => toast(a.knowledge.retrying),
    onError: complain,
    onSettled: () => client.invalidateQueries({ queryKey: ['admin'] }),
  });
}
