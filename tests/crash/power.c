/* Cuts an ext4 file system off from its disk, as a power cut does: what has not been made safe is
 * gone after the next mount. `power FOLDER` for any folder on it. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>

#define EXT4_IOC_SHUTDOWN _IOR('X', 125, uint32_t)
#define WITHOUT_FLUSHING_THE_LOG 2

int main(int count, char **words)
{
    uint32_t how = WITHOUT_FLUSHING_THE_LOG;
    int folder = open(count > 1 ? words[1] : ".", O_RDONLY);
    if (folder < 0 || ioctl(folder, EXT4_IOC_SHUTDOWN, &how)) {
        perror("the file system cannot be shut down");
        return 1;
    }
    return 0;
}
