// The words of the administrative pages, loaded with them.
import { useCatalogue } from '.';
import { en } from './admin.en';
import { zh } from './admin.zh';

const both = { en, zh };

export const useAdminWords = () => useCatalogue<typeof en>(both);
export type AdminWords = ReturnType<typeof useAdminWords>;
