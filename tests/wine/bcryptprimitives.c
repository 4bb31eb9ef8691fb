/* Rust's std takes random numbers from ProcessPrng of bcryptprimitives.dll, which every Windows since 8 has and Wine only
   since 9. This is that one function over RtlGenRandom, which every Wine has. For the tests alone. */
#include <windows.h>

BOOLEAN WINAPI SystemFunction036(PVOID buffer, ULONG length); /* RtlGenRandom by its exported name */

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) {
  return SystemFunction036(buffer, (ULONG)length);
}
