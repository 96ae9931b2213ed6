// Files on their way into a reply.
import { useState } from 'react';
import * as calls from '../api/calls';
import type { Attachment } from '../api/wire';
import { complain } from '../kit/toast';
import { size } from '../words/format';
import { useWords } from '../words';

const LARGEST = 20 * 1024 * 1024;

export function useFiles(onFile: (file: Attachment) => void) {
  const w = useWords();
  const [uploading, setUploading] = useState(0);
  const take = async (list: FileList | File[]) => {
    for (const file of [...list].slice(0, 10)) {
      if (file.size > LARGEST) {
        complain(w.composer.tooLarge(file.name, size(LARGEST)));
        continue;
      }
      setUploading((count) => count + 1);
      try {
        onFile(await calls.attach(file));
      } catch (error) {
        complain(error);
      } finally {
        setUploading((count) => count - 1);
      }
    }
  };
  return { uploading, take };
}
