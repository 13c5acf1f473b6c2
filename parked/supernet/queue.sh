#!/bin/bash
# takes lines "family seed knobs" from the queue file one by one
export LD_LIBRARY_PATH=/work/main/libtorch/lib RENAS_DATA=/work/data_unpacked
while true; do
  line=$(flock lock bash -c 'head -1 queue; sed -i 1d queue')
  [ -z "$line" ] && { sleep 3; [ -e stop ] && exit; continue; }
  set -- $line
  echo "$(date +%T) start $line" >> log
  tune supernet $1 $2 $3 > out.$$ 2>>err && flock lock2 cat out.$$ >> results.jsonl
  echo "$(date +%T) end $line" >> log
done
