"""The AWS emulator (ministack): its process, the check of signatures, its queues and workers."""
