#!/bin/sh
# Steps that Newton's method and bisection take to the square root of a number: sh roots.sh REQUEST ROWS. POSIX sh and awk.
awk -v out="$2" '
  function value(name) {
    match(text, "\"" name "\":\"?[a-z0-9.]+")
    found = substr(text, RSTART, RLENGTH)
    sub(".*:\"?", "", found)
    return found
  }
  { text = text $0 }
  END {
    method = value("method"); number = 2.1 + 1.3 * value("seed"); digits = value("digits")
    goal = exp(-digits * log(10)); low = 0; high = number; x = number; steps = 0
    do {
      if (method == "newton") {
        x = (x + number / x) / 2
      } else {
        x = (low + high) / 2
        if (x * x > number) high = x; else low = x
      }
      steps++
      error = x * x - number; if (error < 0) error = -error
      printf "{\"step\":%d,\"error\":%.17g}\n", steps, error > out
    } while (error > goal && steps < 100)
  }' "$1"
