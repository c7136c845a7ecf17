// Written by Scripts/decoder/embed.py from decode.py beside it: change that instead.

extension PythonDecoder {
  /// The program with its marks, small.
  static let text = #"""
    #[packed base3 bitmask binary grid grouped codebook affine
    import re
    #]
    from numpy import*;from builtins import*
    def load(h):
     Z=open(h,"rb");N=Z.read();Z.seek(8);N=N[-12-int.from_bytes(N[-9:-13:-1]):-12]+bytes(8);g=\#
    2**32-1;k=int.from_bytes(N[:4]);N=iter(N[4:]);_={};O=[]
     def J(n,d=0):
      nonlocal g,k;d=d or g//n;h=min(k//d,n-1);k-=h*d;g=(d,g-h*d)[h>n-2]
      while g<1<<24:g<<=8;k=k<<8|next(N)
      return h
     def R(*r):c,d=_.get(r,(32768,0));x=1-J(2,(g>>16)*c);_[r]=c+int(((x<<16)-c)/(d+2)),d+(d<25\#
    4);return x
     def S(d,*a):
      c=1
      for s in range(d):c+=c+R(*a,c)
      return c
     def w(D,r=64):
      e=0
      while R(D,e):e+=1
      f=min(e,r);return(S(f,D,e)<<e-f)-1
     def P(c):d=w(c);return d>>1^-(d&1)
     def B():
      e=[0,0]
      for f in range(w(1)):e+=S(8,2,e[-1],e[-2])-256,
      return bytes(e[2:])
     def T():r=w(3);r or O.append(B().decode());return O[r-1]
    #[mixture logarithmic
     def M(f,t):
      o=2.0**(f>>t);c=2
      while t:t-=1;c=sqrt(c);o*=(1,c)[f>>t&1]
      return o
    #]
    #[low_bits packed binary
     def F(f,E,t):r=unpackbits(frombuffer(f,"B"),bitorder="little");return resize(r,(E,t))@(1<\#
    <arange(t))
    #]
    #[logarithmic scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
     def A(P,a):
      a=a.astype("e"if P=="F16"else"f")
    #[bf16
      if P=="BF16":a=a.view("I");a=(a+32767+(a>>16&1)>>16<<16).view("f")
    #]
      return a
    #]
    #[rans
     i=[65536];b=[0];Q={}
    #[trellis
     h=[]
    #]
    #]
    #[rans raw
     def q(H,d,c=0):
      l=c and 1-w(16)
    #[raw
      if l:
       x=zeros(H,"u%d"%c);yield x
       for s in range(0,H,1<<20):Z.readinto(x[s:][:1<<20]);yield
       return
    #]
    #[rans
      l=w(21);g=P(22)+arange(w(23)+1);k=w(24);y=w(25);j=H//(d or 1);p=[y&1 and w(26)for J in r\#
    ange(d)];p=add.outer(p,[y&2 and w(27)for e in range(j)]).astype("i");a=1+y//4
    #[trellis
      o=a>1 and 1<<w(28)
    #]
      O=w(29)
    #[mixture
      if O:m=w(50);_=P(51)/16;O=[(w(52),w(53),P(54),w(55)if t else 64)for t in range(O)]
    #]
      u=(sum(i)+(p*a<<l)).ravel()
      for s in range(a*p.max(initial=0)+a):
    #[mixture
       if O:
        n=a*g+s%a;e=d=0
        for L,f,c,T in O:
         c=M(c+s//a*8,6);d=d or c*m/4;x=abs(n-_+a*c_[[-.5,0,.5]])/c;y=1
         for t in range(L):y=y*sqrt(sqrt(sqrt(x)))
         y=1/(1+y/2**f)
         for t in range(f):y=y*y
         e=e+T*(y[0]+4*y[1]+y[2])
        e=e*(abs(n)<=d);x=(e/e.cumsum()[-1]*2**l+.5).astype(int);x+=(x<1)&(e>0)
    #]
    #[histogram
       if O==0:
        G=w(30);t=-1;x=[]
        for f in g:t=G and w(31+min((t+1).bit_length(),15),G);x+=t,
        x=array(x)
    #]
       x[x.argmax()]+=2**l-x.sum();i.extend(x);b.extend(g<<k)
      c=1<<w(56);U=[w(57)for Y in range(0,H,1<<20)]
    #[trellis
      a=j,len(h);h[:0]=[0]*j
    #]
      yield u
      for s,t in enumerate(U):
       x=u[s<<20:][:1<<20];t=Z.read(t);y=0
    #[low_bits
       if k:f=-len(x)*k//8;y=F(t[f:],len(x),k);t=t[:f]
    #]
       n=t,x,y;r=l,c
    #[trellis
       if o:n+=(s<<20,*a),;r+=o,s
    #]
       Q[r]=Q.get(r,[])+[n];yield
    #]
    #]
     def d(a,n):
    #[scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
      if u:
       T();a=T();s=w(11)
       if s:n=[w(9)for e in range(s-1)]
    #]
      o=int(prod(n));g=2**("163264".find(a[-2:])//2+1);k=n[0]if n[1:]else 1;t=[];l=[];m=w(12)
    #[inline
      if m<1:
       for s in range(g):
        d=w(13);e=[0]
        for x in range(o):e+=S(8,13+d,s,d>1 and e[-1])-256 if d else J(256),
        t+=e[1:],
    #]
    #[streams
      if m==1:
       f=1
    #[sixteen
       f+=a in"I16U16"
    #]
       l=[q(o,k,f)for J in range(g//f)];t=list(map(next,l))
    #]
    #[logarithmic
      if m==2:
       d=w(17);x=R(19);f=0;e=[]
       for s in range(o):f=f*x+P(18);e+=M(f,d),
       e=A(a,array(e))
    #]
    #[permutation
      if m==3:e=[*range(o)];t=[[e.pop(J(len(e)))for t in e[:]]]
    #]
    #[bit_fields
      if m==4:d=w(20);l=[q(8*o//d,1)];t=list(map(next,l));e=[J(2)for e in range(8*o%d)]
    #]
    #[adaptive
      if m>4:
       e=[];Y=[0]*o
       for s in range(o):x=s%(o//k);f=w(60+12*min(Y[x].bit_length(),11)+min(x and f.bit_length\#
    (),11));e+=-f if f and R(200)else f,;Y[x]+=(16*f-Y[x])//8
       t=[e]
    #]
    #[rans raw
      list(zip(*l))
    #]
      yield
    #[bit_fields
      if m==4:t=[packbits(append(t[0][:,None]>>arange(d)&1,e)>0,bitorder="little")]
    #]
    #[inline streams permutation bit_fields adaptive
      if t:
       e=0
       for f in t:e=e*256+array(f,int)
       e=e.astype("u%d"%g);f=a[0].lower()+str(g)
    #[float_planes
       if a[0]in"BF"and g>1:e=e>>1|e<<8*g-1
    #]
    #[bf16
       if a=="BF16":e=e.astype("I")<<16;f="f"
    #]
    #[f8
       if"_"in a:s="M3"in a;e=e.astype("H");e=(e*128+((e>>7)+e%128//127<<14)if s else e<<8).vi\#
    ew("e");e=float32(e)*256**s;f="f"
    #]
       e=e.view(f)
    #]
      yield e.reshape(n)
     E=[];Y=b"";w(4)
     for s in range(2*w(5)):B()
     for s in range(w(6)):
      Y=Y[:w(7)]+B();a=T();v=[w(9)for p in range(w(8))];u=T();r=[]
      for s in range(w(10)):e=d(a,v);next(e);r+=e,
      J(65536);J(65536);E+=(Y.decode(),a,v,u,r),
    #[trellis grid
     def z(y,w,C):m=w.bit_length()-3;h=b"\1\2\2\4\n+y\2\5\t\22!N\xa6";return y>>1^h[m]*(C&1)^h\#
    [m+7]*(y&1)
    #]
    #[rans
    #[trellis
     h=array(h)
    #]
     b=array(b);i=array(i);U=i.cumsum()-i;W=repeat(arange(len(b)),i).astype("i")
     for(p,f,*o),D in Q.items():
      i[0]=1<<p;t,G,C,*y=zip(*D);d=max(map(len,G));l=zeros((len(D),d+f),"i")
      for e,m in zip(l,G):e[:len(m)]=m
    #[trellis
      if o:y=array(y[0]).T[...,None]
    #]
      e=array([frombuffer(J,"I",f)for J in t],int);x=frombuffer(b"".join(t),"H");I=cumsum([[2*\#
    f-1]]+[[len(x)//2]for x in t[:-1]],0)
      for s in range(0,d,f):
       H=l[:,s:s+f];j=H+e%(1<<p)
    #[trellis
       if o:n=(y[0]+s+arange(f))%y[1]+y[2];V=h[n];j+=V%2<<p
    #]
       c=W[j];m=i[c]*(e>>p)+j-U[c];I=I[:,-1:]+(m<65536).cumsum(1);e=where(m<65536,m<<16|x[I],m\#
    );H[:]=c
    #[trellis
       if o:h[n]=z(V,o[0],b[c])
    #]
      for e,m,c in zip(l,G,C):m[:]=b[e[:len(m)]]+c
    #]
    #[scaled packed base3 bitmask binary grid low_rank
     def I(e,i):s=e.size//(i.size or 1);return float32(e*float32(i).repeat(s).reshape(e.shape))
    #]
    #[grouped codebook
     def t(i):return repeat(float32(i),o[0]or v[1],1)[:,:v[1]]
    #]
     j={}
     for Y,a,v,u,r in E:
      e,*r=map(next,r)
    #[scaled packed low_rank base3 bitmask binary grid grouped codebook affine cast
      if u:
       p=u[3]
    #[packed base3 bitmask binary grid grouped codebook affine
       o=[int(s)for s in re.findall(r"\d+",u)]
    #]
    #[packed
       if p=="k":e=F(e,prod(v),o[0])-o[1]
    #]
    #[base3 bitmask binary
       if p in"na":l,y,d,f=o[-4:];d*=l
    #]
    #[base3
       if"3 "in u:e=(e[:,None]//[1,3,9,27,81]%3).ravel()[:d]-1
    #]
    #[bitmask
       if"mask"in u:m=unpackbits(e).astype(int);e=m[:d];e[e>0]=m[d+-d%8:][:e.sum()]*2-1
    #]
    #[mean_magnitude
       if"mean"in u:m=maximum(abs(e).reshape(-1,f).mean(1,"f"),1e-8);r[0]=float32(r[0]).ravel()/m
    #]
    #[binary
       if p=="a":e=F(e,d,1)*2-1
    #]
    #[grid
       if p=="d":
        if o[0]:
         e=e.astype(int).reshape(v[0],-1);V=0*e[0]
         for m in e:c=V&1;V=z(V,o[0],m);m+=m+c
        e=I(e,r[0]);e=e*resize(float32(r[1]),e.shape)
    #]
    #[scaled packed base3 bitmask binary low_rank
       if p in"lkna":e=I(e,r[0])
    #]
    #[base3 bitmask binary
       if p in"na":e=e.reshape(l,-1)[:,:y]
    #]
    #[low_rank
       if"+"in u:
        m=0
        for s,n in zip(I(*r[1:3]).T,I(*r[3:])):s=outer(float64(s),n);c=s+m;n=c-s;n=s-(c-n)+(m-\#
    n);m=float32((c.view(int)-(n*c<0)|(n!=0)).view(float))
        e=e+m
    #]
    #[grouped
       if p=="u":
        if r[1].size:e=e-t(r[1])
        e=e*t(r[0])
    #]
    #[codebook
       if p=="e":e=r[0][e]*t(r[1])
    #]
    #[affine
       if p=="i":s,n="fd"if o[1:]else"if";m=lambda i:resize(i.repeat(int(prod(v[o[-1]+1:]))),v\#
    );e=float32(e.astype(s)-m(r[1].astype(s)))*m(r[0].astype(n))
    #]
       e=A(a,float32(e))
    #]
      j[Y]=e.reshape(v)
     return j
    """#
}
