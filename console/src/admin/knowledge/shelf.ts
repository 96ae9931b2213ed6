// The list of documents, followed while something is on its way; and how far a document is.
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import * as admin from '../../api/admin';
import type { Doc, DocumentStatus, Searching } from '../../api/admin-wire';
import { useAdminWords } from '../../words/admin';

export const KEY = ['admin', 'documents'];

const WAYS: DocumentStatus[] = ['queued', 'reading', 'cut', 'embedding'];
export const onTheWay = (one: Doc): boolean => WAYS.includes(one.status);

/** How often the list is asked for: often while something happens, and less often the longer it is. */
export const pace = (pages: Doc[][]): number => (pages.flat().some(onTheWay) ? 1000 : 15_000) * Math.max(1, pages.length);

/** All documents by name. They come page after page; `whole` says when the last is there, so that what was counted counts. */
export function useDocuments() {
  const list = useInfiniteQuery({
    queryKey: KEY,
    queryFn: ({ pageParam, signal }) => admin.documents(pageParam, signal),
    initialPageParam: '',
    getNextPageParam: (last) => (last.length === admin.PAGE ? last.at(-1)?.name : undefined),
    refetchInterval: (query) => pace(query.state.data?.pages ?? []),
    staleTime: 0,
  });
  const { hasNextPage, isFetching, isError, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [hasNextPage, isFetching, isError, fetchNextPage]);
  return { ...list, whole: list.data !== undefined && !hasNextPage };
}

export type Kind = 'all' | 'ready' | 'working' | 'failed' | 'withdrawn';

export function isOf(one: Doc, kind: Kind): boolean {
  switch (kind) {
    case 'all':
      return true;
    case 'working':
      return onTheWay(one);
    default:
      return one.status === kind;
  }
}

/** The documents of a kind whose name or title has the words. */
export function chosen(all: Doc[], kind: Kind, words: string): Doc[] {
  const wanted = words.trim().toLowerCase();
  return all.filter((one) => isOf(one, kind) && (wanted === '' || `${one.name}\n${one.title ?? ''}`.toLowerCase().includes(wanted)));
}

/** How a document that is ready is found, as far as it is known what search works with. */
export function foundBy(one: Doc, searching: Searching | undefined): 'unknown' | 'meaning' | 'words' | 'language' {
  if (searching === undefined) return 'unknown';
  if (searching.model === undefined) return 'words';
  if (one.language === null) return 'unknown';
  return searching.languages.some((tag) => one.language?.startsWith(tag)) ? 'meaning' : 'language';
}

/** Says what a document's state means. */
export function useHint(): (one: Doc) => string {
  const a = useAdminWords();
  const searching = useQuery({ queryKey: ['admin', 'searching'], queryFn: admin.searching, staleTime: 300_000 });
  return (one) => (one.status === 'ready' ? a.knowledge.readyHints[foundBy(one, searching.data)] : a.knowledge.statusHints[one.status]);
}

/** How much of a document's meaning is learned, from 0 to 1; nothing where that says nothing. */
export function learned(one: Doc): number | undefined {
  return one.status === 'embedding' && one.vectors_goal > 0 ? one.vectors / one.vectors_goal : undefined;
}
